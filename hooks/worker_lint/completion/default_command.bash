
# Where no command is named, 'check' is meant: what stands there is completed as if it were.
_worker_lint() {
  local word name
  local -a words=() found=()
  # Of '--option=value' bash makes three words; the command line takes the value as the option's next word, too.
  for word in "${COMP_WORDS[@]:0:COMP_CWORD+1}"; do
    [[ $word == "=" ]] || words+=("$word")
  done
  [[ ${COMP_WORDS[COMP_CWORD]} != "=" ]] || words+=("")
  local -a COMP_WORDS=("${words[@]}")
  local COMP_CWORD=$((${#words[@]} - 1))

  if ((COMP_CWORD > 1)); then
    for name in @COMMANDS@; do
      if [[ ${COMP_WORDS[1]} == "$name" ]]; then
        _shtab_worker_lint
        return
      fi
    done
  else
    _shtab_worker_lint
    found=("${COMPREPLY[@]}")
  fi
  COMP_WORDS=("${COMP_WORDS[0]}" check "${COMP_WORDS[@]:1}")
  COMP_CWORD=$((COMP_CWORD + 1))
  _shtab_worker_lint
  COMPREPLY=("${found[@]}" "${COMPREPLY[@]}")
}

complete -o bashdefault -F _worker_lint worker-lint
