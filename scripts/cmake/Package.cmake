# The installed library: find_package(mlpctl) gives mlpctl::state, without LibTorch. Only these files:
#   cmake --install build --component state --prefix DIR
include(CMakePackageConfigHelpers)
set(MLPCTL_PACKAGE_DIR ${CMAKE_INSTALL_LIBDIR}/cmake/mlpctl)

# Users write <mlpctl/state/reader.hpp>.
target_include_directories(mlpctl_state PUBLIC $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
install(TARGETS mlpctl_base mlpctl_state EXPORT mlpctl
  ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT state)
install(DIRECTORY include/mlpctl DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT state)
install(DIRECTORY lib/base lib/state DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/mlpctl COMPONENT state
  FILES_MATCHING PATTERN "*.hpp")
install(EXPORT mlpctl NAMESPACE mlpctl:: DESTINATION ${MLPCTL_PACKAGE_DIR}
  FILE mlpctlTargets.cmake COMPONENT state)
configure_package_config_file(scripts/cmake/mlpctlConfig.cmake.in
  ${PROJECT_BINARY_DIR}/mlpctlConfig.cmake INSTALL_DESTINATION ${MLPCTL_PACKAGE_DIR})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/mlpctlConfigVersion.cmake
  COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/mlpctlConfig.cmake ${PROJECT_BINARY_DIR}/mlpctlConfigVersion.cmake
  DESTINATION ${MLPCTL_PACKAGE_DIR} COMPONENT state)
