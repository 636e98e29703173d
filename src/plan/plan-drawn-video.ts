import type { MediaProbe } from '../inspect/probe-media.js';
import type { SoundStream } from '../inspect/read-streams.js';
import type { Part } from '../job.js';
import type { Settings } from '../settings.js';
import { bitrateCeiling, soundCeiling } from './bitrate-ceiling.js';
import type { FrameRate } from './frame-rate.js';
import { cutForEncoding, placeOf } from './place.js';
import { encodeSound, soundWishes } from './plan-sound.js';
import type { VideoPlan } from './plan-video.js';
import { presetOf } from './preset.js';

const FULL_SIZE = { width: 720, height: 1280 } as const;
/** Bars that jump 25 times a second look smooth; more frames cost a fifth more time. */
const FRAME_RATE = 25;
/** What is shorter is filled up with silence: nobody sees a video of a few frames. */
const MIN_SECONDS = 1;

/** A sound that is shown as a video: its cover, or its title, and a waveform that moves. */
export function planDrawnVideo(
  { media, sound }: { readonly media: MediaProbe; readonly sound: SoundStream },
  name: string,
  settings: Settings,
  because: readonly string[],
  part: Part,
): VideoPlan {
  const frameRate = drawnFrameRate(settings);
  const cutSeconds = part.seconds ?? cutForEncoding(settings.maxDurationSeconds, frameRate);
  const place = { ...placeOf(part, frameRate.seconds / frameRate.frames), cutSeconds };
  const { durationSeconds } = media;
  const lengthSeconds = durationSeconds ?? Infinity;
  const bitrateKbps = Math.min(settings.audioBitrateKbps, soundCeiling(lengthSeconds, settings));
  const tag = (key: string) => wordsOf(media.tags[key] ?? sound.tags[key]);
  return {
    kind: 'video',
    action: 'encode',
    reasons: ['sound is to be shown as a video', ...soundWishes(media, settings), ...because],
    demuxer: media.demuxer,
    picture: {
      action: 'draw',
      coverIndex: media.pictures.find(({ isCover }) => isCover)?.index ?? null,
      title: tag('title') ?? stemOf(name),
      artist: tag('artist') ?? tag('album_artist'),
      background: settings.background,
      maxPixels: settings.maxMegapixels * 1_000_000,
      ...sizeWithin(settings),
      frameRate,
      crf: settings.videoCrf,
      preset: presetOf(settings),
      maxBitrateKbps: bitrateCeiling(lengthSeconds, settings, bitrateKbps),
    },
    sound: { ...encodeSound(sound, media, place, settings), bitrateKbps },
    ...place,
    expectedSeconds:
      durationSeconds === null
        ? null
        : Math.min(Math.max(durationSeconds, MIN_SECONDS), cutSeconds),
    maxBytes: settings.videoMaxBytes,
  };
}

/** How often the waveform moves. */
export function drawnFrameRate({ videoMaxFrameRate }: Settings): FrameRate {
  return { frames: Math.min(FRAME_RATE, videoMaxFrameRate), seconds: 1 };
}

/** 9:16 as large as both sides allow, and even. */
function sizeWithin({ videoMaxLongSide, videoMaxShortSide }: Settings) {
  const scale = Math.min(
    1,
    videoMaxLongSide / FULL_SIZE.height,
    videoMaxShortSide / FULL_SIZE.width,
  );
  const even = (side: number) => Math.floor((side * scale) / 2) * 2;
  return { width: even(FULL_SIZE.width), height: even(FULL_SIZE.height) };
}

function wordsOf(tag: string | undefined): string | null {
  const words = tag?.trim() ?? '';
  return words === '' ? null : words;
}

/** A file's name without its folders and its extension. */
function stemOf(name: string): string {
  const last = name.split(/[/\\]/).at(-1) ?? name;
  return last.replace(/(?<=.)\.[^.]{1,5}$/, '');
}
