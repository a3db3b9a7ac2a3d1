complete --keep-order --exclusive --command deepcall --arguments "(DEEPCALL_COMPLETE=fish deepcall -- (commandline --current-process --tokenize --cut-at-cursor) (commandline --current-token))"
