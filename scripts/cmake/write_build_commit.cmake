# cmake -DOUT=build_commit.cpp -P write_build_commit.cmake, in the source folder: writes the commit that is
# checked out there for app/build_commit.hpp. The file is left alone where it says the same already.
set(commit "unknown")
set(day "")
# A checkout of something else around the sources, such as a packager's, says nothing of ours.
execute_process(COMMAND git rev-parse --show-prefix OUTPUT_VARIABLE below OUTPUT_STRIP_TRAILING_WHITESPACE
  ERROR_QUIET RESULT_VARIABLE no_checkout)
if(no_checkout EQUAL 0 AND below STREQUAL "")
  execute_process(COMMAND git log -1 --format=%h --abbrev=10 OUTPUT_VARIABLE commit
    OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
  execute_process(COMMAND git log -1 --format=%cs OUTPUT_VARIABLE day
    OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
  execute_process(COMMAND git diff --quiet HEAD -- app include lib scripts/cmake CMakeLists.txt
    RESULT_VARIABLE changed OUTPUT_QUIET ERROR_QUIET)
  string(APPEND commit " of ${day}")
  if(NOT changed EQUAL 0)
    string(APPEND commit ", changed")
  endif()
endif()
set(content "#include \"build_commit.hpp\"\n
const char* mlpctl::app::build_commit() {
  return \"${commit}\";\n}\n
const char* mlpctl::app::build_day() {
  return \"${day}\";\n}\n")
set(before "")
if(EXISTS ${OUT})
  file(READ ${OUT} before)
endif()
if(NOT content STREQUAL before)
  file(WRITE ${OUT} "${content}")
endif()
