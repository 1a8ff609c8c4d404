// What releases add to the conversation.
import * as readReceipts from "./read-receipts.js";

export const features = [readReceipts];
