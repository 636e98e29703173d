export { processFile, processFolder, type Goal, type RunOptions } from './pipeline.js';
export {
  confirmPosted,
  listStatuses,
  reconcile,
  undo,
  type AfterwardsOptions,
  type Named,
  type UndoOptions,
} from './afterwards.js';
export { defineConfig } from './config/define-config.js';
export { loadConfig, type ConfigOptions } from './config/load-config.js';
export { createSettings } from './resolve-settings.js';
export type { Profile, Settings, SettingsInput } from './settings.js';
export { StatuscastError, type ErrorCode, type ErrorFacts, type Refusal } from './errors.js';
export { writeReport, type PreviewsWanted, type ReportOptions } from './report/write-report.js';
export type * from './events.js';
export type {
  CropWindow,
  Estimate,
  Fit,
  JobError,
  Kind,
  Outcome,
  Output,
  Part,
  PartResult,
  PlanSummary,
  Posting,
  Preview,
  SkipReason,
} from './job.js';

export { findFfmpeg, type Ffmpeg } from './ffmpeg/find-ffmpeg.js';
export { inspect, probe } from './inspect/inspect.js';
export type { Inspection, InspectOptions, Media } from './inspect/inspection.js';
export { sniff, type Sniff } from './inspect/sniff.js';
export { planParts } from './plan/plan-parts.js';
export { plan, type Plan, type PlanRefusal } from './plan/plan.js';
export type { AudioPlan } from './plan/plan-audio.js';
export type { ImagePlan } from './plan/plan-image.js';
export type { VideoPlan } from './plan/plan-video.js';
export { normalizeAudio } from './normalize/normalize-audio.js';
export { normalizeImage } from './normalize/normalize-image.js';
export { normalizeVideo } from './normalize/normalize-video.js';
export type { FrameSink, FrameSinks, NormalizeOptions } from './normalize/normalize-options.js';
export { check, type CheckOptions, type CheckResult } from './normalize/check.js';

export {
  createGreenApiClient,
  type CallOptions,
  type ClientOptions,
  type GreenApiClient,
  type MediaStatus,
  type Upload,
} from './green-api/client.js';
export { credentialsFrom, type Credentials } from './green-api/credentials.js';
export { uploadFile, type UploadOptions } from './publish/upload-file.js';
export { sendMediaStatus, type SendOptions, type SendResult } from './publish/send-media-status.js';
export type { Link } from './ledger/ledger.js';
