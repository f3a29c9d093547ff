import type { RealServerStatus } from '../api/types';

// What PaperCut's passive Application Server answers to its health request, and Evenkeel's own PaperCut check says of it.
const kPassive = /passive monitoring mode|High availability activated|\bpassive\b/i;

/** The PaperCut Application Server that stands by: its check fails by design. */
export function isPassive(server: RealServerStatus): boolean {
  return server.state === 'down' && server.server_check.state === 'down' && kPassive.test(server.server_check.reason);
}
