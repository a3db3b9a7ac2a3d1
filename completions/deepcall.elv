
set edit:completion:arg-completer[deepcall] = { |@words|
    var index = (count $words)
    set index = (- $index 1)

    put (env _CLAP_IFS="\n" _CLAP_COMPLETE_INDEX=(to-string $index) DEEPCALL_COMPLETE="elvish" deepcall -- $@words) | to-lines
}

