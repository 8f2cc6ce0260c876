import { isIP, Socket, type SocketConnectOpts } from "node:net";
import type { AddressGuard } from "@platform/kit/address-rules.ts";

/**
 * Creates a socket that connects only to addresses that the guard allows. It resolves the name once and connects to the
 * address that was checked, so that a name that resolves differently a moment later (DNS rebinding) gains nothing.
 */
export function guardedSocket(guard: AddressGuard): Socket {
  const socket = new Socket();
  const connect = socket.connect.bind(socket) as (options: SocketConnectOpts) => Socket;
  socket.connect = ((port: number, host: string) => {
    guard.resolve(host).then(
      ([address]) => connect({ port, host: address!, family: isIP(address!) }),
      (error: Error) => socket.destroy(error),
    );
    return socket;
  }) as Socket["connect"];
  return socket;
}
