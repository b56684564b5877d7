import type { Server } from 'node:http';
import type { Socket } from 'node:net';

/** The connections of a server, so that one on which nothing is under way does not hold up its stop. */
export class OpenConnections {
  private readonly sockets = new Set<Socket>();

  /** Called before the server listens. */
  constructor(private readonly server: Server) {
    server.on('connection', (socket: Socket) => {
      this.sockets.add(socket);
      socket.once('close', () => this.sockets.delete(socket));
    });
  }

  /**
   * Does nothing while the server listens, for a request may be on its way. Node takes a connection that has sent nothing yet,
   * such as a browser opens ahead, for a busy one.
   */
  closeIdle(): void {
    if (this.server.listening) return;
    this.server.closeIdleConnections();
    for (const socket of this.sockets) if (socket.bytesRead === 0) socket.destroy();
  }
}
