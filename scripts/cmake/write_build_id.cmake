# cmake -DSETTINGS=HASH -DLIST=FILE -DOUT=build_id.cpp -P write_build_id.cmake, in the source folder, where
# the files lie that the list names.
file(STRINGS ${LIST} sources)
set(all ${SETTINGS})
foreach(source ${sources})
  file(SHA256 ${source} hash)
  string(APPEND all "\n${source} ${hash}")
endforeach()
string(SHA256 id "${all}")
string(SUBSTRING ${id} 0 32 id)
file(WRITE ${OUT} "#include \"train/network.hpp\"\n
const char* mlpctl::train::build_id() {
  return \"mlpctl-build-${id}\";\n}\n")
