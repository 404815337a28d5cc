# bash completion for chipledger. It asks the program's own help, so that it knows every command.
_chipledger()
{
    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]} word help
    local path=()
    COMPREPLY=()
    # The commands so far: a word is one where the help before it lists it.
    help=$(chipledger --help 2>/dev/null)
    for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
        if [[ $word != -* ]] && _chipledger_commands "$help" | grep -qxF -- "$word"; then
            path+=("$word")
            help=$(chipledger "${path[@]}" --help 2>/dev/null)
        fi
    done
    case $prev in
        --role) word='regulator customs logistics firm auditor admin' ;;
        --log-format) word='text json' ;;
        --clock) word='system simulated' ;;
        --data | --share | --config | --tls-certificate | --tls-key)
            compopt -o filenames 2>/dev/null
            mapfile -t COMPREPLY < <(compgen -f -- "$cur")
            return ;;
        *)
            if [[ $cur == -* ]]; then
                word=$(grep -oE -- '^ +(-[a-z],)?--[a-z-]+' <<<"$help" | grep -oE -- '--[a-z-]+')
            else
                word=$(_chipledger_commands "$help")
            fi ;;
    esac
    mapfile -t COMPREPLY < <(compgen -W "$word" -- "$cur")
}

# The names under the heading Subcommands of a help text.
_chipledger_commands()
{
    awk '/^Subcommands:/ {on = 1; next} on && /^  [a-z]/ {print $1}' <<<"$1"
}
complete -F _chipledger chipledger
