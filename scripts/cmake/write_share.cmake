# cmake -DPROGRAM=mlpctl -DTO=FOLDER -P write_share.cmake: what the program prints for a system's share
# folder, a manual page a command and a completion script a shell, where man and the shells look.
# print(FILE WORDS...) writes what the program prints to the file below TO.
function(print file)
  cmake_path(GET file PARENT_PATH folder)
  file(MAKE_DIRECTORY ${TO}/${folder})
  execute_process(COMMAND ${PROGRAM} ${ARGN} OUTPUT_FILE ${TO}/${file} COMMAND_ERROR_IS_FATAL ANY)
endfunction()

file(REMOVE_RECURSE ${TO})
print(man/man1/mlpctl.1 __manual)
execute_process(COMMAND ${PROGRAM} __complete "" OUTPUT_VARIABLE commands COMMAND_ERROR_IS_FATAL ANY)
string(REGEX MATCHALL "\n[a-z]+" commands "${commands}")
list(TRANSFORM commands STRIP)
foreach(command ${commands})
  print(man/man1/mlpctl-${command}.1 __manual ${command})
endforeach()
# As Debian packs them, where gzip is.
find_program(GZIP gzip)
if(GZIP)
  file(GLOB pages ${TO}/man/man1/*.1)
  execute_process(COMMAND ${GZIP} -9nf ${pages} COMMAND_ERROR_IS_FATAL ANY)
endif()
print(bash-completion/completions/mlpctl completion bash)
print(fish/vendor_completions.d/mlpctl.fish completion fish)
# Debian's zsh looks in the second, others in the first.
print(zsh/site-functions/_mlpctl completion zsh)
print(zsh/vendor-completions/_mlpctl completion zsh)
