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
    awk -F ' \\| ' '
        NR == FNR { measured[$1] = $0; next }
        $1 in measured { if (measured[$1] == $0) same++; else other[++others] = $0 }
        END {
            printf "docs/accuracy.md: %d of %d figures measured anew are as they stand there\n", same, same + others
            if (others) print "warning: the others differ; `make accuracy` writes them anew"
            for (i = 1; i <= others; i++) {
                split(other[i], name, FS)
                printf "  page      %s\n  measured  %s\n", other[i], measured[name[1]]
            }
        }
    ' <(rows || true) <(on_page)
    ;;
*) echo "write or compare, not $action" >&2; exit 2 ;;
esac
