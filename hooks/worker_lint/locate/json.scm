; Places in JSON that set a worker count: a key at any depth whose value is a scalar.
; COUNTS stands for every spelling of the vocabulary's names, OPTIONS for its worker options.

((pair key: (string . (string_content) @name .) value: [(number) (string) (true) (false) (null)] @value)
  (#any-of? @name COUNTS))

((pair key: (string . (string_content) @option .))
  (#any-of? @option OPTIONS))
