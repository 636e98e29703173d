import * as z from 'zod';

/** The shapes of GREEN-API's answers, as far as they are used. Each answer is parsed by one. */

export const uploadedSchema = z.object({ urlFile: z.url({ protocol: /^https?$/ }) });

export const queuedSchema = z.object({ idMessage: z.string().min(1) });

/** The set is open, and the body is null while an instance is being created. */
export const stateSchema = z
  .object({ stateInstance: z.string().nullable() })
  .nullable()
  .transform((body) => body?.stateInstance ?? null)
  // Shown to people: one that is no word may hold anything.
  .transform((state) => (state === null || /^[a-z]{1,30}$/i.test(state) ? state : 'unknown'));

export const settingsSchema = z
  .object({
    outgoingWebhook: z.string().optional(),
    delaySendMessagesMilliseconds: z.coerce.number().optional(),
  })
  .transform((body) => ({
    /** `yes` is what the two journal calls need. */
    outgoingWebhook: body.outgoingWebhook === 'yes',
    /** Null when it is not told. */
    delaySendMessagesMs: body.delaySendMessagesMilliseconds ?? null,
  }));

export const queueSchema = z.array(
  z
    .object({
      messageID: z.string().optional(),
      type: z.string().optional(),
      body: z.object({ urlFile: z.string().optional() }).nullish(),
    })
    .transform((message) => ({
      idMessage: message.messageID ?? null,
      /** The method that queued it, such as `sendMediaStatus`; null where it is not told. */
      type: message.type ?? null,
      urlFile: message.body?.urlFile ?? null,
    })),
);

export const journalSchema = z.array(
  z
    .object({
      idMessage: z.string(),
      timestamp: z.number(),
      typeMessage: z.string(),
      statusMessage: z.string().optional(),
      caption: z.string().nullish(),
      sendByApi: z.boolean().nullish(),
    })
    .transform((entry) => ({
      idMessage: entry.idMessage,
      /** Milliseconds, of the last thing that happened to it. */
      atMs: entry.timestamp * 1000,
      /** `imageMessage`, `videoMessage`, `audioMessage`. */
      type: entry.typeMessage,
      /** `pending`, `sent`, `delivered`, `read`. */
      status: entry.statusMessage ?? null,
      caption: entry.caption ?? '',
      /** Posted by hand on the phone; where it is not told, it was not. */
      byHand: entry.sendByApi === false,
    })),
);

export const statisticSchema = z.array(
  z.object({ timestamp: z.number(), participant: z.string(), status: z.string() }),
);

/** deleteStatus answers with nothing at all. */
export const nothingSchema = z.unknown().transform(() => undefined);

/** What a refusal says of itself: some with `message`, some with `description`. */
export const refusalSchema = z.object({
  code: z.number().optional(),
  message: z.string().optional(),
  description: z.string().optional(),
  invokeStatus: z.object({ description: z.string().optional() }).optional(),
});

export type InstanceSettings = z.output<typeof settingsSchema>;
export type QueuedMessage = z.output<typeof queueSchema>[number];
export type OutgoingStatus = z.output<typeof journalSchema>[number];
export type StatusReceipt = z.output<typeof statisticSchema>[number];
