#!/usr/bin/env bash
# The figures of docs/accuracy.md: `write` puts those of a log there, `compare` says where a log has others.
# A figure is a line `figure: WHAT: NUMBERS` that a measuring test prints.
#   docs/figures.sh write LOG
#   docs/figures.sh compare LOG
set -euo pipefail
page=$(dirname "${BASH_SOURCE[0]}")/accuracy.md
action=${1:?write or compare} log=${2:?the log of the measuring tests}

# Rows of the table, each once, in order of their names.
rows() {
    grep -oE 'figure: .*' "$log" | cut -c 9- | LC_ALL=C sort -u |
        sed -E 's/\|/\//g; s/^([^:]*): (.*)$/| \1 | \2 |/'
}

on_page() { sed -n '/^<!-- figures -->$/,/^<!-- end of figures -->$/p' "$page" | grep -E '^\| ' | tail -n +2 || true; }

case $action in
write)
    rows=$(rows) || { echo "$log has no figure" >&2; exit 1; }
    { sed '/^<!-- figures -->$/q' "$page"
      printf '\n| what | measured |\n|---|---|\n%s\n\n' "$rows"
      sed -n '/^<!-- end of figures -->$/,$p' "$page"; } >"$page.new"
    mv "$page.new" "$page"
    echo "$page has $(wc -l <<<"$rows") figures"
    ;;
compare)
    # a figure is known by its name; what was not measured this time (no recordings) is no difference
    status=$(awk -F ' \\| ' '
        NR == FNR { measured[$1] = $0; next }
        $1 in measured && measured[$1] != $0 { printf "  page      %s\n  measured  %s\n", $0, measured[$1] }
    ' <(rows || true) <(on_page))
    if [ -n "$status" ]; then
        printf 'warning: docs/accuracy.md has other figures than this run; `make accuracy` measures them anew\n%s\n' "$status"
    else
        echo "docs/accuracy.md agrees with what was measured"
    fi
    ;;
*) echo "write or compare, not $action" >&2; exit 2 ;;
esac
