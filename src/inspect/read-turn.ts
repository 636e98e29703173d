/** What has to be done to a stored picture so that it is upright. */
export interface Turn {
  /** Clockwise: 0, 90, 180 or 270. */
  readonly rotationDegrees: number;
  /** It is flipped left to right before it is turned. */
  readonly mirrored: boolean;
}

const UPRIGHT: Turn = { rotationDegrees: 0, mirrored: false };

/**
 * Reads the nine numbers of a display matrix as ffprobe prints them: three lines, each with its
 * number in hex and a colon. ffprobe's own `rotation` says nothing of mirrors.
 */
export function readDisplayMatrix(printed: string): Turn {
  const rows = [...printed.matchAll(/^[0-9a-f]+:\s+(-?\d+)\s+(-?\d+)\s+-?\d+\s*$/gm)];
  const [[a = 0, b = 0] = [], [c = 0, d = 0] = []] = rows.map(([, ...row]) => row.map(Number));
  const mirrored = a * d - b * c < 0;
  // The axis that was flipped is flipped back; what is left is a rotation.
  const [cosine, sine] = mirrored ? [-a, -b] : [a, b];
  if (cosine === 0 && sine === 0) return UPRIGHT;
  const degrees = (Math.atan2(sine, cosine) * 180) / Math.PI;
  return { rotationDegrees: toQuarters(degrees), mirrored };
}

/**
 * Reads what files without a display matrix say in tags: `rotate`, which ffmpeg took along from
 * phones' clips into Matroska, and HTC's name of a track, which ExoPlayer follows as well.
 */
export function readTurnTags(tags: Readonly<Record<string, string>>): Turn {
  const htc = /^htc_video_rotA-(\d{3})$/.exec(tags['title'] ?? tags['handler_name'] ?? '')?.[1];
  const degrees = Number(tags['rotate'] ?? htc ?? 0);
  return Number.isFinite(degrees)
    ? { rotationDegrees: toQuarters(degrees), mirrored: false }
    : UPRIGHT;
}

/** What an EXIF orientation, 1 to 8, asks for (Exif 2.32, tag 0x0112). */
export function readOrientation(orientation: number): Turn {
  const rotationDegrees = EXIF_DEGREES[orientation - 1] ?? 0;
  return { rotationDegrees, mirrored: [2, 4, 5, 7].includes(orientation) };
}

const EXIF_DEGREES = [0, 0, 180, 180, 270, 90, 90, 270] as const;

function toQuarters(degrees: number): number {
  return (((Math.round(degrees / 90) * 90) % 360) + 360) % 360;
}
