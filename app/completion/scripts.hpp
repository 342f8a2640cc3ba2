#pragma once

namespace mlpctl::app {

/// The scripts ask the program itself: `mlpctl __complete WORDS` prints "words", "folders" or
/// "files", after this what the files end in, then a candidate a line, a tab before its
/// description. So they need not know any option, and none of its text stands where a shell would
/// read it as code. Files of other endings are offered where there is none of these.

// Bash takes = and : for words of their own; the loop joins them again, and what Bash holds for the
// beginning of the word is cut off the candidates.
inline constexpr char kBashScript[] = R"script(_mlpctl() {
  local words=() lines=() others=() word='' before i line suffix
  local current=${COMP_WORDS[COMP_CWORD]}
  for ((i = 1; i <= COMP_CWORD; i++)); do
    case ${COMP_WORDS[i]}/${COMP_WORDS[i-1]} in
      =/* | :/* | */= | */:) if [ ${#words[@]} -gt 0 ]; then
          words[${#words[@]}-1]+=${COMP_WORDS[i]}
        else
          words+=("${COMP_WORDS[i]}")
        fi ;;
      *) words+=("${COMP_WORDS[i]}") ;;
    esac
  done
  word=${words[${#words[@]}-1]}
  case $current in = | :) current='' ;; esac
  before=${word%"$current"}
  while IFS= read -r line; do lines+=("${line%%$'\t'*}"); done < <(
    "${COMP_WORDS[0]/#\~/$HOME}" __complete "${words[@]}" 2>/dev/null)
  COMPREPLY=()
  case ${lines[0]} in
    folders)
      compopt -o filenames 2>/dev/null
      while IFS= read -r line; do COMPREPLY+=("$line"); done < <(compgen -d -- "$current") ;;
    files)
      compopt -o filenames 2>/dev/null
      while IFS= read -r line; do COMPREPLY+=("$line"); done < <(compgen -f -- "$current") ;;
    files*)
      compopt -o filenames 2>/dev/null
      while IFS= read -r line; do
        others+=("$line")
        [ -d "${line/#\~/$HOME}" ] && COMPREPLY+=("$line") && continue
        for suffix in ${lines[0]#files}; do
          [[ ${line,,} == *"$suffix" ]] && COMPREPLY+=("$line") && break
        done
      done < <(compgen -f -- "$current")
      [ ${#COMPREPLY[@]} -eq 0 ] && COMPREPLY=("${others[@]}") ;;
    *) for line in "${lines[@]:1}"; do COMPREPLY+=("${line#"$before"}"); done ;;
  esac
}
complete -F _mlpctl mlpctl
)script";

inline constexpr char kZshScript[] = R"script(#compdef mlpctl
_mlpctl() {
  local -a lines candidates suffixes
  local line word description
  lines=("${(@f)$("${(Q)words[1]/#\~/$HOME}" __complete "${(@Q)words[2,CURRENT-1]}" "$PREFIX" 2>/dev/null)}")
  case $lines[1] in
    files) compset -P '--*='; _files ;;
    files\ *)
      suffixes=(${=lines[1]#files })
      compset -P '--*='; _files -g "(*${(j:|*:)suffixes}|*${(Uj:|*:)suffixes})" ;;
    folders) compset -P '--*='; _files -/ ;;
    *)
      for line in "${(@)lines[2,-1]}"; do
        word=${line%%$'\t'*}
        description=${line#$word}
        candidates+=("${word//:/\\:}:${description#$'\t'}")
      done
      (( $#candidates )) && _describe -V mlpctl candidates ;;
  esac
}
if [ "$funcstack[1]" = _mlpctl ]; then
  _mlpctl "$@"
else
  (( $+functions[compdef] )) || { autoload -Uz compinit && compinit -i }
  compdef _mlpctl mlpctl
fi
)script";

inline constexpr char kFishScript[] = R"script(function __mlpctl_complete
    set -l words (commandline -opc)
    set -l current (string unescape -- (commandline -ct); or commandline -ct)
    set -l program (string replace -r '^~' $HOME -- $words[1])
    set -l lines ($program __complete $words[2..-1] "$current" 2>/dev/null)
    set -l before (string match -r -- '^--[^=]*=' $current)
    set -q before[1]; or set before ''
    set -l path (string replace -r -- '^--[^=]*=' '' $current)
    switch "$lines[1]"
        case files 'files *'
            set -l all (__fish_complete_path $path)
            set -l ends (string escape --style=regex -- (string split ' ' -- $lines[1])[2..-1])
            set -l meant (string match -rie -- '(?:/|'(string join '|' -- $ends)')(?:\t.*)?$' $all)
            set -q meant[1]; or set meant $all
            printf '%s\n' $before$meant
        case folders
            printf '%s\n' $before(__fish_complete_directories $path)
        case '*'
            printf '%s\n' $lines[2..-1]
    end
end
complete -c mlpctl -f -a '(__mlpctl_complete)'
)script";

}  // namespace mlpctl::app
