; Places in Python that set a worker count. @name is the name as written, @value the expression that it gets.
; COUNTS stands for every spelling of the vocabulary's names, OPTIONS for its worker options,
; LOADERS for the last parts of its loaders' names.

; f(num_workers=4), partial(f, num_workers=4), Namespace(num_workers=4), dict(num_workers=4)
((keyword_argument name: (identifier) @name value: (_) @value)
  (#any-of? @name COUNTS) (#set! form "call-keyword"))

; {"num_workers": 4}
((pair key: (string . (string_start) . (string_content) @name . (string_end)) value: (_) @value)
  (#any-of? @name COUNTS) (#set! form "dict-entry"))

; def f(num_workers=4), def f(num_workers: int = 4), lambda num_workers=4: ...
((default_parameter name: (identifier) @name value: (_) @value)
  (#any-of? @name COUNTS) (#set! form "parameter-default"))
((typed_default_parameter name: (identifier) @name value: (_) @value)
  (#any-of? @name COUNTS) (#set! form "parameter-default"))

; num_workers = 4, num_workers: int = 4, config.num_workers = 4, config["num_workers"] = 4, (num_workers := 4)
((assignment left: (identifier) @name right: (_) @value)
  (#any-of? @name COUNTS) (#set! form "assignment"))
((assignment left: (attribute attribute: (identifier) @name) right: (_) @value)
  (#any-of? @name COUNTS) (#set! form "assignment"))
((assignment left: (subscript subscript: (string (string_content) @name)) right: (_) @value)
  (#any-of? @name COUNTS) (#set! form "assignment"))
((named_expression name: (identifier) @name value: (_) @value)
  (#any-of? @name COUNTS) (#set! form "assignment"))

; batch_size, num_workers = 32, 4
((assignment left: (pattern_list (identifier) @name) right: [(expression_list) (tuple)] @values)
  (#any-of? @name COUNTS) (#set! form "assignment"))

; config.get("num_workers", 4), config.pop("num_workers", 4), os.environ.get("NUM_WORKERS", "4")
((call
   function: (attribute attribute: (identifier) @method)
   arguments: (argument_list . (string (string_content) @name) . (_) @value))
  (#any-of? @name COUNTS) (#any-of? @method "get" "pop" "setdefault" "getenv") (#set! form "fallback"))
((call
   function: (identifier) @method
   arguments: (argument_list . (string (string_content) @name) . (_) @value))
  (#any-of? @name COUNTS) (#eq? @method "getenv") (#set! form "fallback"))

; getattr(args, "num_workers", 4), setattr(args, "num_workers", 4)
((call
   function: (identifier) @function
   arguments: (argument_list . (_) . (string (string_content) @name) . (_) @value))
  (#any-of? @name COUNTS) (#eq? @function "getattr") (#set! form "fallback"))
((call
   function: (identifier) @function
   arguments: (argument_list . (_) . (string (string_content) @name) . (_) @value))
  (#any-of? @name COUNTS) (#eq? @function "setattr") (#set! form "assignment"))

; num_workers or 4, args.num_workers or 4, config["num_workers"] or 4, config.get("num_workers") or 4
((boolean_operator left: (identifier) @name operator: "or" right: (_) @value)
  (#any-of? @name COUNTS) (#set! form "or-fallback"))
((boolean_operator left: (attribute attribute: (identifier) @name) operator: "or" right: (_) @value)
  (#any-of? @name COUNTS) (#set! form "or-fallback"))
((boolean_operator left: (subscript subscript: (string (string_content) @name)) operator: "or" right: (_) @value)
  (#any-of? @name COUNTS) (#set! form "or-fallback"))
((boolean_operator
   left: (call
     function: (attribute attribute: (identifier) @method)
     arguments: (argument_list . (string (string_content) @name) .))
   operator: "or" right: (_) @value)
  (#any-of? @name COUNTS) (#any-of? @method "get" "pop" "getenv") (#set! form "or-fallback"))

; parser.add_argument("-j", "--num_workers", default=4), @click.option("--num-workers", default=4)
((call
   function: [(identifier) @function (attribute attribute: (identifier) @function)]
   arguments: (argument_list
     (string (string_content) @name)
     (keyword_argument name: (identifier) @default value: (_) @value)))
  (#any-of? @name COUNTS) (#eq? @default "default")
  (#any-of? @function
    "add_argument" "add_option" "add" "add_arg" "option" "argument"
    "DEFINE_integer" "DEFINE_int" "define_integer" "DEFINE_enum" "DEFINE_string")
  (#set! form "option-default"))

; flags.DEFINE_integer("num_workers", 4, "help")
((call
   function: [(identifier) @function (attribute attribute: (identifier) @function)]
   arguments: (argument_list . (string (string_content) @name) . (_) @value))
  (#any-of? @name COUNTS) (#any-of? @function "DEFINE_integer" "DEFINE_int" "define_integer" "DEFINE_string")
  (#set! form "option-default"))

; any call or dict that gives a worker option, with or without a count beside it
((keyword_argument name: (identifier) @option) (#any-of? @option OPTIONS))
((pair key: (string (string_content) @option)) (#any-of? @option OPTIONS))

; any call of what may be a known loader, for the count by position
((call function: [(identifier) @loader (attribute attribute: (identifier) @loader)]) (#any-of? @loader LOADERS))

; what the names in the file stand for
(import_statement) @import
(import_from_statement) @import
