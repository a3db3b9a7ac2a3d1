
_clap_complete_deepcall() {
    local IFS=$'\013'
    local _CLAP_COMPLETE_INDEX=${COMP_CWORD}
    local _CLAP_COMPLETE_COMP_TYPE=${COMP_TYPE}
    if compopt +o nospace 2> /dev/null; then
        local _CLAP_COMPLETE_SPACE=false
    else
        local _CLAP_COMPLETE_SPACE=true
    fi
    local words=("${COMP_WORDS[@]}")
    if [[ "${BASH_VERSINFO[0]}" -ge 4 ]]; then
        words[COMP_CWORD]="$2"
    fi
    COMPREPLY=( $( \
        _CLAP_IFS="$IFS" \
        _CLAP_COMPLETE_INDEX="$_CLAP_COMPLETE_INDEX" \
        _CLAP_COMPLETE_COMP_TYPE="$_CLAP_COMPLETE_COMP_TYPE" \
        _CLAP_COMPLETE_SPACE="$_CLAP_COMPLETE_SPACE" \
        DEEPCALL_COMPLETE="bash" \
        "deepcall" -- "${words[@]}" \
    ) )
    if [[ $? != 0 ]]; then
        unset COMPREPLY
    elif [[ $_CLAP_COMPLETE_SPACE == false ]] && [[ "${COMPREPLY-}" =~ [=/:]$ ]]; then
        compopt -o nospace
    fi
}
if [[ "${BASH_VERSINFO[0]}" -eq 4 && "${BASH_VERSINFO[1]}" -ge 4 || "${BASH_VERSINFO[0]}" -gt 4 ]]; then
    complete -o nospace -o bashdefault -o nosort -F _clap_complete_deepcall deepcall
else
    complete -o nospace -o bashdefault -F _clap_complete_deepcall deepcall
fi


# Joins the pieces into which COMP_WORDBREAKS cuts a word, and removes from each reply what stays on the line.
_deepcall() {
    local rest="${COMP_LINE:0:COMP_POINT}" words=() last=-1 index piece space reply replies=()
    for ((index = 0; index <= COMP_CWORD; index++)); do
        space="${rest%%[![:space:]]*}"
        rest="${rest#"$space"}"
        piece="${COMP_WORDS[index]}"
        if ((index == COMP_CWORD)); then
            piece="$rest"
        fi
        rest="${rest#"$piece"}"
        if [[ -n "$space" || $last -lt 0 ]]; then
            words[++last]="$piece"
        else
            words[last]+="$piece"
        fi
    done
    local word="${words[last]}"
    local kept="${word%"$2"}"
    local COMP_WORDS=("${words[@]}") COMP_CWORD=$last
    _clap_complete_deepcall "$1" "$word" "$3"
    for reply in "${COMPREPLY[@]}"; do
        replies+=("${reply#"$kept"}")
    done
    COMPREPLY=("${replies[@]}")
}
if [[ "${BASH_VERSINFO[0]}" -eq 4 && "${BASH_VERSINFO[1]}" -ge 4 || "${BASH_VERSINFO[0]}" -gt 4 ]]; then
    complete -o nospace -o bashdefault -o nosort -F _deepcall deepcall
else
    complete -o nospace -o bashdefault -F _deepcall deepcall
fi
