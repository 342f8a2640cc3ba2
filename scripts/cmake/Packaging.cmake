# What cpack makes (scripts/package.sh calls it): the packages mlpctl and mlpctl-dev for Debian and its
# like, and one archive of all.
set(CPACK_PACKAGE_NAME mlpctl)
set(CPACK_PACKAGE_CONTACT "the makers of mlpctl <root@localhost>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "train and use a small network for handwritten digits")
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
 Trains, saves, loads, evaluates and uses a small network whose state files go both
 ways between PyTorch and C++, and reads handwritten digits in photographs.
 Training needs LibTorch beside this: `pip install torch` has one.")
# LibTorch is found when the program runs, wherever it lies; here only so that its names are known.
set(CPACK_DEBIAN_PROGRAM_PACKAGE_SHLIBDEPS ON)
if(LIBTORCH_torch_cpu)
  cmake_path(GET LIBTORCH_torch_cpu PARENT_PATH CPACK_DEBIAN_PACKAGE_SHLIBDEPS_PRIVATE_DIRS)
endif()
set(CPACK_DEBIAN_PROGRAM_PACKAGE_SUGGESTS "python3-torch, python3-pip")

set(CPACK_DEBIAN_DEV_PACKAGE_NAME mlpctl-dev)
set(CPACK_DEBIAN_DEV_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_DEV_DESCRIPTION "read and write state files of PyTorch, and read digits, in C++
 Headers, static libraries and CMake files of mlpctl::state, which needs zlib, and of
 mlpctl::digits, which needs the recommended packages too.")
set(CPACK_DEBIAN_DEV_PACKAGE_DEPENDS zlib1g-dev)
set(CPACK_DEBIAN_DEV_PACKAGE_RECOMMENDS "libleptonica-dev, libpng-dev, libjpeg-dev, pkgconf | pkg-config")

install(FILES README.md DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT program)
# A trained model, which `predict` takes where --model names none.
set(MLPCTL_MODEL "" CACHE FILEPATH "A trained model to install as share/mlpctl/mnist.pt, with a report that ends in .html")
if(MLPCTL_MODEL)
  install(FILES ${MLPCTL_MODEL} DESTINATION ${CMAKE_INSTALL_DATADIR}/mlpctl RENAME mnist.pt COMPONENT program)
  cmake_path(REPLACE_EXTENSION MLPCTL_MODEL html OUTPUT_VARIABLE report)
  install(FILES ${report} DESTINATION ${CMAKE_INSTALL_DATADIR}/mlpctl RENAME mnist.html COMPONENT program)
endif()
include(CPack)
