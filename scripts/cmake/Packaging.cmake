# What cpack makes (scripts/package.sh calls it): the packages mlpctl and mlpctl-dev for Debian and its
# like, and one archive of all.
set(CPACK_PACKAGE_NAME mlpctl)
# Who makes the package answers for it: Debian's variables for that, or the author of the commit.
execute_process(COMMAND git log -1 --format=%an\ <%ae> WORKING_DIRECTORY ${PROJECT_SOURCE_DIR}
  OUTPUT_VARIABLE maintainer OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
if(DEFINED ENV{DEBEMAIL})
  set(maintainer "$ENV{DEBFULLNAME} <$ENV{DEBEMAIL}>")
elseif(NOT maintainer)
  set(maintainer "mlpctl developers <mlpctl@packages.example>")
endif()
set(CPACK_PACKAGE_CONTACT "${maintainer}")
# Each package has a description of its own, which this would stand above.
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "")
set(CPACK_PACKAGE_DIRECTORY ${PROJECT_BINARY_DIR}/packages)
set(CPACK_STRIP_FILES ON)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
  OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)

set(CPACK_PACKAGE_FILE_NAME mlpctl-${PROJECT_VERSION}-linux-${CMAKE_SYSTEM_PROCESSOR})
set(CPACK_ARCHIVE_COMPONENT_INSTALL OFF)

set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_COMPONENTS_GROUPING ONE_PER_GROUP)
set(CPACK_COMPONENT_PROGRAM_GROUP program)
set(CPACK_COMPONENT_STATE_GROUP dev)
set(CPACK_COMPONENT_DIGITS_GROUP dev)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION science)

set(CPACK_DEBIAN_PROGRAM_PACKAGE_NAME mlpctl)
set(CPACK_DEBIAN_PROGRAM_DESCRIPTION "train and use a small network for handwritten digits
Trains, saves, loads, evaluates and uses a small network whose state files
go both ways between PyTorch and C++, and reads handwritten digits in
photographs. Training needs LibTorch beside this: pip's torch has one.")
# LibTorch is found when the program runs, wherever it lies; here only so that its names are known.
set(CPACK_DEBIAN_PROGRAM_PACKAGE_SHLIBDEPS ON)
if(LIBTORCH_torch_cpu)
  cmake_path(GET LIBTORCH_torch_cpu PARENT_PATH CPACK_DEBIAN_PACKAGE_SHLIBDEPS_PRIVATE_DIRS)
endif()
# Opened when the first picture is decoded (lib/image/decode/leptonica_library.hpp).
# Relocations are in the short form (Portable.cmake), of which dpkg-shlibdeps knows nothing.
set(leptonica "libleptonica6 | liblept5")
set(CPACK_DEBIAN_PROGRAM_PACKAGE_DEPENDS "${leptonica}, libc6 (>= 2.36)")
set(CPACK_DEBIAN_PROGRAM_PACKAGE_SUGGESTS "python3-torch, python3-pip")

set(CPACK_DEBIAN_DEV_PACKAGE_NAME mlpctl-dev)
set(CPACK_DEBIAN_DEV_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_DEV_DESCRIPTION "read and write state files of PyTorch, and digits, in C++
Headers, static libraries and CMake files of mlpctl::state, which needs
zlib, and of mlpctl::digits, which needs the recommended packages too.")
set(CPACK_DEBIAN_DEV_PACKAGE_DEPENDS zlib1g-dev)
set(CPACK_DEBIAN_DEV_PACKAGE_RECOMMENDS "${leptonica}, libpng-dev, libjpeg-dev")

# What Debian wants of every package, and the licences of what is linked in.
set(packaging ${PROJECT_BINARY_DIR}/packaging)
execute_process(COMMAND git log -1 --format=%h%n%cD WORKING_DIRECTORY ${PROJECT_SOURCE_DIR}
  OUTPUT_VARIABLE commit OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
if(NOT commit)
  set(commit "unknown\nThu, 01 Jan 1970 00:00:00 +0000")
endif()
string(REGEX MATCH "^(.*)\n(.*)$" commit "${commit}")
file(WRITE ${packaging}/changelog "mlpctl (${PROJECT_VERSION}) unstable; urgency=medium

  * Commit ${CMAKE_MATCH_1}, packed from its own tree.

 -- ${maintainer}  ${CMAKE_MATCH_2}
")
find_program(MLPCTL_GZIP gzip)
foreach(package_component mlpctl:program mlpctl-dev:state)
  string(REGEX MATCH "(.*):(.*)" package_component ${package_component})
  set(to ${CMAKE_INSTALL_DATADIR}/doc/${CMAKE_MATCH_1})
  install(FILES scripts/cmake/copyright DESTINATION ${to} COMPONENT ${CMAKE_MATCH_2})
  if(MLPCTL_GZIP)
    execute_process(COMMAND ${MLPCTL_GZIP} -9nkf changelog WORKING_DIRECTORY ${packaging} COMMAND_ERROR_IS_FATAL ANY)
    install(FILES ${packaging}/changelog.gz DESTINATION ${to} COMPONENT ${CMAKE_MATCH_2})
  endif()
endforeach()
if(MLPCTL_PORTABLE)
  install(FILES scripts/cmake/lintian-overrides DESTINATION ${CMAKE_INSTALL_DATADIR}/lintian/overrides
    RENAME mlpctl COMPONENT program)
endif()

set(readme README.md)
if(MLPCTL_GZIP)
  set(readme ${packaging}/README.md.gz)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS README.md)
  execute_process(COMMAND ${MLPCTL_GZIP} -9nc README.md WORKING_DIRECTORY ${PROJECT_SOURCE_DIR} OUTPUT_FILE ${readme}
    COMMAND_ERROR_IS_FATAL ANY)
endif()
install(FILES ${readme} DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT program)
# A trained model, which `predict` takes where --model names none.
set(MLPCTL_MODEL "" CACHE FILEPATH "A trained model to install as share/mlpctl/mnist.pt, with a report that ends in .html")
if(MLPCTL_MODEL)
  install(FILES ${MLPCTL_MODEL} DESTINATION ${CMAKE_INSTALL_DATADIR}/mlpctl RENAME mnist.pt COMPONENT program)
  cmake_path(REPLACE_EXTENSION MLPCTL_MODEL html OUTPUT_VARIABLE report)
  install(FILES ${report} DESTINATION ${CMAKE_INSTALL_DATADIR}/mlpctl RENAME mnist.html COMPONENT program)
endif()
include(CPack)
