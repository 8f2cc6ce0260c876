/** The gateway's address on this machine, which `chatdb` asks if neither --url nor CHATDB_URL names another. */
export const defaultUrl = "http://127.0.0.1:8080";
