/** What a process asks, see the schema's Lease. */
export interface LeaseRequest {
  connections: number;
  required: number;
  returned: number;
  recalled: boolean;
  connectionIds: number;
}

export interface LeaseAnswer {
  connections: number;
  refused: boolean;
  recall: boolean;
  slots: boolean;
  firstConnectionId: number;
  connectionIds: number;
}
