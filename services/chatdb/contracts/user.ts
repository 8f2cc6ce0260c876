/** The header by which the gateway tells the services who sent a request. Nobody else is believed: what a client sends under this name is dropped. */
export const userHeader = "x-chatdb-user";
