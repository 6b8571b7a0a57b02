export { type AssetKind, SeriesBudget } from './budget.ts';
export {
  type AccountDetail,
  type AccountStatistics,
  addAccountDetails,
  addAccountStatistics,
  seriesPerAccount,
  seriesPerAccountDetail,
} from './exporter/accounts.ts';
export {
  addConnections,
  addConnectionTotals,
  type ConnectionTotals,
  type MeasuredConnection,
  seriesPerConnection,
} from './exporter/connz.ts';
export { addHealth } from './exporter/health.ts';
export { addJetStream, type JetStreamPage } from './exporter/jsz.ts';
export { addLeafNodes } from './exporter/leafz.ts';
export type { ExporterNames } from './exporter/naming.ts';
export { addPage } from './exporter/page.ts';
export {
  addStreams,
  type JetStreamAccount,
  type MeasuredStream,
  seriesPerConsumer,
  seriesPerStream,
} from './exporter/streams.ts';
export { contentType, exposition } from './exposition.ts';
export { Families } from './family.ts';
export { skein } from './skein/catalogue.ts';
export type { Figures, StoreFigures } from './skein/figures.ts';
export { addProcess, labelsOf } from './skein/process.ts';
