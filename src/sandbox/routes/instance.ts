import { replyJson, type Reply } from '../reply.js';
import type { Call } from './call.js';

export function getStateInstance(): Reply {
  return replyJson(200, { stateInstance: 'authorized' });
}

export function getSettings({ instance }: Call): Reply {
  return replyJson(200, {
    wid: '70000000000@c.us',
    typeInstance: 'whatsapp',
    webhookUrl: '',
    webhookUrlToken: '',
    delaySendMessagesMilliseconds: instance.sendDelayMs,
    markIncomingMessagesReaded: 'no',
    outgoingWebhook: instance.outgoingWebhook,
    outgoingMessageWebhook: 'no',
    outgoingAPIMessageWebhook: 'no',
    incomingWebhook: 'no',
    stateWebhook: 'no',
    keepOnlineStatus: 'no',
  });
}
