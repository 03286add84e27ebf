# Where no command is named, 'check' is meant: what stands there is completed as if it were.
functions[_worker_lint_commands]=$functions[_shtab_worker_lint]

_shtab_worker_lint() {
  local -a names=(@COMMANDS@)
  if (( CURRENT == 2 )) && [[ $words[2] != -* ]]; then
    _worker_lint_commands
    _files
    return
  fi
  if (( ! ${names[(Ie)$words[2]]} )); then
    words=("$words[1]" check "${(@)words[2,-1]}")
    (( CURRENT++ ))
  fi
  _worker_lint_commands
}
