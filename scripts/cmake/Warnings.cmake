# The warnings that our own code is held to. Linked privately, so users of the libraries do not inherit them.
# They stop the build only with the compilers that we test with: another version finds other things, and
# whoever has it wants the program.
set(tested_compiler OFF)
if(CMAKE_CXX_COMPILER_ID STREQUAL GNU AND CMAKE_CXX_COMPILER_VERSION MATCHES "^12\\."
    OR CMAKE_CXX_COMPILER_ID STREQUAL Clang AND CMAKE_CXX_COMPILER_VERSION MATCHES "^14\\.")
  set(tested_compiler ON)
endif()
add_library(mlpctl_warnings INTERFACE)
target_compile_options(mlpctl_warnings INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion
  # Which clang alone counts to -Wconversion.
  $<$<CXX_COMPILER_ID:Clang>:-Wno-sign-conversion>
  $<$<AND:$<BOOL:${MLPCTL_WERROR}>,$<BOOL:${tested_compiler}>>:-Werror>)
# Whatever is held to the warnings is our own code, and hardened.
target_link_libraries(mlpctl_warnings INTERFACE mlpctl_hardening)

# mlpctl_room(NAME SOURCES...) adds the static library mlpctl_NAME, also known as mlpctl::NAME.
function(mlpctl_room name)
  add_library(mlpctl_${name} STATIC ${ARGN})
  add_library(mlpctl::${name} ALIAS mlpctl_${name})
  set_target_properties(mlpctl_${name} PROPERTIES EXPORT_NAME ${name})
  target_include_directories(mlpctl_${name} PUBLIC
    $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include> $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/lib>)
  target_compile_features(mlpctl_${name} PUBLIC cxx_std_20)
  target_link_libraries(mlpctl_${name} PRIVATE $<BUILD_INTERFACE:mlpctl_warnings>)
endfunction()

# mlpctl_compile_together(ROOM): the room's files are compiled several at a time where MLPCTL_UNITY is on,
# so names in their unnamed namespaces must differ. For rooms whose headers cost more than their files.
function(mlpctl_compile_together room)
  set_target_properties(mlpctl_${room} PROPERTIES UNITY_BUILD ${MLPCTL_UNITY} UNITY_BUILD_BATCH_SIZE 16)
endfunction()

# mlpctl_test(NAME LIBS... SOURCES files...) adds the Catch2 program NAME_test and registers its cases.
function(mlpctl_test name)
  cmake_parse_arguments(ARG "" "" "LIBS;SOURCES" ${ARGN})
  add_executable(${name}_test ${ARG_SOURCES})
  target_include_directories(${name}_test PRIVATE ${PROJECT_SOURCE_DIR}/tests)
  target_link_libraries(${name}_test PRIVATE ${ARG_LIBS} Catch2::Catch2WithMain mlpctl_warnings)
  catch_discover_tests(${name}_test TEST_PREFIX "${name}: " DISCOVERY_MODE PRE_TEST PROPERTIES TIMEOUT 300)
endfunction()
