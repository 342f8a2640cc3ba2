# Finds LibTorch 2.6 or newer, in this order: Torch_DIR, CMAKE_PREFIX_PATH, LIBTORCH (a variable or
# the environment's), an installed Python torch, the private environment .venv that scripts/setup.sh
# makes, the system's own. Gives the target LibTorch::LibTorch, LIBTORCH_FOLDER and LIBTORCH_VERSION.
#
# The targets are made here and not by find_package(Torch), which refuses the CUDA build on a machine
# without a CUDA toolkit: we compile nothing for a device, so the libraries and headers are enough.

# mlpctl_python_torch(PYTHON OUT): the folder of its torch, which is not imported: that takes seconds.
function(mlpctl_python_torch python out)
  execute_process(COMMAND ${python} -c
    "import importlib.util; print(importlib.util.find_spec('torch').submodule_search_locations[0])"
    OUTPUT_VARIABLE folder OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET RESULT_VARIABLE failed)
  if(failed)
    set(folder "")
  endif()
  set(${out} "${folder}" PARENT_SCOPE)
endfunction()

# mlpctl_libtorch_version(FOLDER OUT): "2.13.0", or nothing where the folder is no LibTorch.
function(mlpctl_libtorch_version folder out)
  set(version "")
  # Newer releases have the numbers in the first of these.
  foreach(header torch/headeronly/version.h torch/csrc/api/include/torch/version.h)
    if(NOT version AND EXISTS ${folder}/include/${header})
      file(STRINGS ${folder}/include/${header} lines REGEX "define TORCH_VERSION_(MAJOR|MINOR|PATCH) +[0-9]+")
      string(REGEX REPLACE "[^;]* ([0-9]+)" "\\1" numbers "${lines}")
      string(REPLACE ";" "." version "${numbers}")
    endif()
  endforeach()
  set(${out} "${version}" PARENT_SCOPE)
endfunction()

# mlpctl_look_for_libtorch(FOLDERS...) sets LIBTORCH_FOLDER and LIBTORCH_VERSION unless they are set.
# A folder may be LibTorch's own, its share/cmake or share/cmake/Torch, or the one above it.
function(mlpctl_look_for_libtorch)
  foreach(folder ${ARGN})
    foreach(place . ../.. ../../.. torch libtorch)
      if(LIBTORCH_VERSION OR folder STREQUAL "")
        continue()
      endif()
      get_filename_component(candidate ${folder}/${place} ABSOLUTE)
      mlpctl_libtorch_version(${candidate} version)
      if(version AND version VERSION_LESS 2.6)
        message(STATUS "LibTorch ${version} in ${candidate} is older than 2.6 and is passed over")
      elseif(version)
        set(LIBTORCH_FOLDER ${candidate})
        set(LIBTORCH_VERSION ${version})
        set(LIBTORCH_FOLDER ${candidate} PARENT_SCOPE)
        set(LIBTORCH_VERSION ${version} PARENT_SCOPE)
      endif()
    endforeach()
  endforeach()
endfunction()

unset(LIBTORCH_VERSION)
string(REPLACE ":" ";" prefixes "$ENV{CMAKE_PREFIX_PATH}")
mlpctl_look_for_libtorch("${Torch_DIR}" ${CMAKE_PREFIX_PATH} ${prefixes})
foreach(given "${LIBTORCH}" "$ENV{LIBTORCH}")
  mlpctl_look_for_libtorch("${given}")
  if(given AND NOT LIBTORCH_VERSION)
    message(FATAL_ERROR "LIBTORCH is ${given}, but no LibTorch 2.6 or newer is there: give the folder that has its lib and include, or unset it.")
  endif()
endforeach()
foreach(python python3 ${PROJECT_SOURCE_DIR}/.venv/bin/python)
  if(NOT LIBTORCH_VERSION)
    mlpctl_python_torch(${python} folder)
    mlpctl_look_for_libtorch("${folder}")
  endif()
endforeach()
mlpctl_look_for_libtorch(/usr/local /usr)
if(NOT LIBTORCH_VERSION)
  message(FATAL_ERROR "LibTorch 2.6 or newer was not found: run scripts/setup.sh, which installs it, or set LIBTORCH to its folder.")
endif()

add_library(LibTorch::LibTorch INTERFACE IMPORTED)
target_include_directories(LibTorch::LibTorch INTERFACE
  ${LIBTORCH_FOLDER}/include ${LIBTORCH_FOLDER}/include/torch/csrc/api/include)
# Linked although nothing names their symbols: the kernels and the CUDA part register themselves when
# they are loaded. The CUDA libraries that LibTorch itself needs are found when the program runs.
target_link_options(LibTorch::LibTorch INTERFACE LINKER:--no-as-needed LINKER:--allow-shlib-undefined)
set(parts "")
foreach(part torch torch_cpu c10 torch_cuda c10_cuda)
  find_library(LIBTORCH_${part} ${part} NO_CACHE NO_DEFAULT_PATH
    PATHS ${LIBTORCH_FOLDER}/lib ${LIBTORCH_FOLDER}/lib/${CMAKE_LIBRARY_ARCHITECTURE})
  if(LIBTORCH_${part})
    add_library(LibTorch::${part} SHARED IMPORTED)
    set_target_properties(LibTorch::${part} PROPERTIES IMPORTED_LOCATION ${LIBTORCH_${part}})
    target_link_libraries(LibTorch::LibTorch INTERFACE LibTorch::${part})
    list(APPEND parts ${part})
  elseif(NOT part MATCHES cuda)
    message(FATAL_ERROR "LibTorch ${LIBTORCH_VERSION} in ${LIBTORCH_FOLDER} has no lib${part}.so: it is not whole, or a static one.")
  endif()
endforeach()

# PyPI's wheels up to 2.6 have the C++ strings of before 2011, and so must everything linked with them.
file(STRINGS ${LIBTORCH_c10} new_strings REGEX "c105Error.*cxx1112basic_string" LIMIT_COUNT 1)
if(NOT new_strings)
  add_compile_definitions(_GLIBCXX_USE_CXX11_ABI=0)
  # The system's compiled spdlog and Catch2 have the other strings: the first is used as headers.
  set_property(TARGET spdlog::spdlog PROPERTY INTERFACE_COMPILE_DEFINITIONS SPDLOG_FMT_EXTERNAL FMT_HEADER_ONLY)
  set(MLPCTL_TESTS OFF)
  message(STATUS "LibTorch ${LIBTORCH_VERSION} has the C++ strings of before 2011: so has this build, which is without tests")
endif()
message(STATUS "LibTorch ${LIBTORCH_VERSION}: ${LIBTORCH_FOLDER} (${parts})")
