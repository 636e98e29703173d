#!/bin/sh
# With the system's programs, as many at once as there are cores: shell.sh FOLDER OUT
export OUT="$2"
find "$1" -type f -print0 | xargs -0 -n 1 -P "$(nproc)" sh -c '
  name=$(basename "$1")
  case "$name" in
    *.jpg) convert "$1" -auto-orient -resize 1080x1920^ -gravity center -extent 1080x1920 "$OUT/$name" ;;
    *.wav) ffmpeg -nostdin -y -v error -i "$1" -t 60 "$OUT/$name.mp3" ;;
    *) ffmpeg -nostdin -y -v error -i "$1" -t 60 "$OUT/$name.mp4" ;;
  esac' sh
