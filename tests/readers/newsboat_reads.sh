#!/usr/bin/env bash
# Subscribes newsboat to a feed, reloads twice, and compares what it holds with what the feed says.
set -euo pipefail
url=$1
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
echo "$url" >"$dir/urls"
reload() { newsboat -u "$dir/urls" -c "$dir/cache.db" -C /dev/null -x reload; }
held() { sqlite3 "$dir/cache.db" 'select count(*), count(distinct guid) from rss_item where deleted = 0'; }
reload
first=$(held)
reload
[ "$(held)" = "$first" ] || { echo "newsboat sees other items at the second look: $first, $(held)"; exit 1; }
said=$(curl -fsS "$url" | grep -oE '<(entry|item)[ >]' | wc -l)
[ "$first" = "$said|$said" ] || { echo "newsboat holds $first, the feed says $said"; exit 1; }
sqlite3 "$dir/cache.db" 'select title from rss_item limit 3'
echo "newsboat: $url: $said entries, the same at the second look"
