# Sets MLPCTL_BUILD_ID to the source file of lib/train/network.hpp, which the build makes: a hash of all
# sources (scripts/cmake/write_build_id.cmake) and of the settings, nothing of the place or the time.
set(sources include/*.hpp lib/*.hpp lib/*.cpp lib/*CMakeLists.txt app/*.hpp app/*.cpp app/*.in
  app/*CMakeLists.txt scripts/cmake/*.cmake)
list(TRANSFORM sources PREPEND ${PROJECT_SOURCE_DIR}/)
file(GLOB_RECURSE sources CONFIGURE_DEPENDS RELATIVE ${PROJECT_SOURCE_DIR} ${sources})
list(APPEND sources CMakeLists.txt)

string(TOUPPER "${CMAKE_BUILD_TYPE}" build_type)
string(SHA256 settings "${PROJECT_VERSION};${CMAKE_CXX_COMPILER_ID};${CMAKE_CXX_COMPILER_VERSION};${build_type};${CMAKE_CXX_FLAGS};${CMAKE_CXX_FLAGS_${build_type}};${LIBTORCH_VERSION}")
set(MLPCTL_BUILD_ID ${CMAKE_CURRENT_BINARY_DIR}/build_id.cpp)
set(absolute ${sources})
list(TRANSFORM absolute PREPEND ${PROJECT_SOURCE_DIR}/)
list(JOIN sources "\n" lines)
file(CONFIGURE OUTPUT ${CMAKE_CURRENT_BINARY_DIR}/build_id.txt CONTENT "${lines}\n" @ONLY)
add_custom_command(OUTPUT ${MLPCTL_BUILD_ID}
  COMMAND ${CMAKE_COMMAND} -DSETTINGS=${settings} -DLIST=${CMAKE_CURRENT_BINARY_DIR}/build_id.txt
    -DOUT=${MLPCTL_BUILD_ID} -P ${PROJECT_SOURCE_DIR}/scripts/cmake/write_build_id.cmake
  WORKING_DIRECTORY ${PROJECT_SOURCE_DIR}
  DEPENDS ${absolute} ${CMAKE_CURRENT_BINARY_DIR}/build_id.txt
  COMMENT "Naming the build" VERBATIM)
