import { readChatDb } from "../../config/index.ts";
import { defineSystem } from "../system.ts";
import { ChatDb } from "./chatdb.ts";

/** ChatDB: its settings are `chatdb:*`. */
export const chatdb = defineSystem({
  read: readChatDb,
  images: ({ postgresImage, kafkaImage, objectStoreImage }) => ({
    "chatdb:postgresImage": postgresImage,
    "chatdb:kafkaImage": kafkaImage,
    "chatdb:objectStoreImage": objectStoreImage,
  }),
  deploy: ({ platform, settings, image }, opts) =>
    new ChatDb("chatdb", { config: { ...platform, ...settings }, image }, opts).outputs,
});
