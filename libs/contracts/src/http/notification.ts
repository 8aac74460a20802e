import { z } from 'zod';
import { channelMessage } from '../events/notification/message.v1.js';
import { page } from './paging.js';

export const messageView = channelMessage.meta({ id: 'Message' });
export type MessageView = z.infer<typeof messageView>;

/** Newest first. */
export const messagePage = page(messageView).meta({ id: 'MessagePage' });
