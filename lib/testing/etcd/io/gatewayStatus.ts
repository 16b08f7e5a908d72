/** The status of HTTP for each status of gRPC. */
const STATUSES = [200, 408, 500, 400, 504, 404, 409, 403, 429, 412, 409, 400, 501, 500, 503, 500, 401];

/** The status of HTTP for one of gRPC. */
export function gatewayStatus(status: number): number {
  return STATUSES[status] ?? 500;
}
