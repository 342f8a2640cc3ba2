# The installed libraries, a component each: find_package(mlpctl) gives mlpctl::state, which needs
# zlib alone, and mlpctl::digits, which rests on it and needs libpng, libjpeg and, when it runs, Leptonica. Only their files:
#   cmake --install build --component state --prefix DIR
#   cmake --install build --component digits --prefix DIR
include(CMakePackageConfigHelpers)
set(MLPCTL_PACKAGE_DIR ${CMAKE_INSTALL_LIBDIR}/cmake/mlpctl)

# mlpctl_component(NAME HEADERS paths... TARGETS targets...) installs mlpctl::NAME: its public headers
# (files or folders below include/mlpctl) and the libraries that it is made of. What they need from
# outside is found by scripts/cmake/mlpctlConfig.cmake.in.
function(mlpctl_component name)
  cmake_parse_arguments(ARG "" "" "HEADERS;TARGETS" ${ARGN})
  foreach(header ${ARG_HEADERS})
    cmake_path(GET header PARENT_PATH folder)
    set(to ${CMAKE_INSTALL_INCLUDEDIR}/mlpctl/${folder})
    if(IS_DIRECTORY ${PROJECT_SOURCE_DIR}/include/mlpctl/${header})
      install(DIRECTORY include/mlpctl/${header} DESTINATION ${to} COMPONENT ${name})
    else()
      install(FILES include/mlpctl/${header} DESTINATION ${to} COMPONENT ${name})
    endif()
  endforeach()
  foreach(target ${ARG_TARGETS})
    target_include_directories(${target} PUBLIC $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
  endforeach()
  install(TARGETS ${ARG_TARGETS} EXPORT mlpctl-${name}
    ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT ${name})
  install(EXPORT mlpctl-${name} NAMESPACE mlpctl:: DESTINATION ${MLPCTL_PACKAGE_DIR}
    FILE mlpctl-${name}.cmake COMPONENT ${name})
endfunction()

mlpctl_component(state HEADERS error.hpp state TARGETS mlpctl_base mlpctl_state)
if(NOT MLPCTL_STATE_ONLY)
  mlpctl_component(digits HEADERS digits
    TARGETS mlpctl_thread mlpctl_model mlpctl_net mlpctl_image mlpctl_read)
endif()

configure_package_config_file(scripts/cmake/mlpctlConfig.cmake.in
  ${PROJECT_BINARY_DIR}/mlpctlConfig.cmake INSTALL_DESTINATION ${MLPCTL_PACKAGE_DIR})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/mlpctlConfigVersion.cmake
  COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/mlpctlConfig.cmake ${PROJECT_BINARY_DIR}/mlpctlConfigVersion.cmake
  DESTINATION ${MLPCTL_PACKAGE_DIR} COMPONENT state)
