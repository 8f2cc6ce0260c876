import { chatdbSettings } from "../../config/chatdb/settings.ts";
import { defineSystem } from "../system.ts";
import { ChatDb } from "./chatdb.ts";

/** ChatDB, with its settings `chatdb:*`. */
export const chatdb = defineSystem({
  settings: chatdbSettings,
  deploy: (args, opts) => new ChatDb("chatdb", args, opts).outputs,
});
