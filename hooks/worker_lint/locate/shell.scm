; What a shell script is made of, as far as a worker count may stand in it.

(command) @command

; NUM_WORKERS=8, ARGS=(--num_workers 8), CMD="python train.py"
(variable_assignment
  name: (variable_name) @name
  value: (_) @value) @assignment
