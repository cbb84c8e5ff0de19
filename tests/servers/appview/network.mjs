// A network of Bluesky's on 127.0.0.1: a PLC directory in memory, a PDS, and the AppView that counts what it sees.
//
//   node network.mjs PDS_PORT APPVIEW_PORT PLC_PORT POSTGRES_PORT DATA
//
// Handles end in `.test`; anybody may make an account. The AppView follows the PDS: counts appear up to a second after
// what they count, so a test asks again. Prints READY when all answer.
import './loopback.mjs'
import fs from 'node:fs'
import path from 'node:path'
import { TestBsky, TestBsync, TestPds, TestPlc, mockNetworkUtilities } from '@atproto/dev-env'

const [pdsPort, appviewPort, plcPort, postgresPort] = process.argv.slice(2, 6).map(Number)
const data = path.resolve(process.argv[6])
fs.mkdirSync(data, { recursive: true })

const dbUrl = `postgres://postgres@127.0.0.1:${postgresPort}/postgres`
const plc = await TestPlc.create({ port: plcPort })
const bsync = await TestBsync.create({ apiKeys: ['key'], dbUrl, dbSchema: 'bsync' })
const bsky = await TestBsky.create({
  port: appviewPort,
  plcUrl: plc.url,
  pdsPort,
  bsyncApiKey: 'key',
  bsyncUrl: bsync.url,
  repoProvider: `ws://localhost:${pdsPort}`,
  dbPostgresUrl: dbUrl,
  dbPostgresSchema: 'appview',
  publicUrl: `http://localhost:${appviewPort}`,
  labelsFromIssuerDids: [],
})
bsync.ctx.dataplaneClients = [bsky.ctx.dataplane]
const pds = await TestPds.create({
  port: pdsPort,
  hostname: 'localhost',
  didPlcUrl: plc.url,
  enableDidDocWithSession: true,
  inviteRequired: false,
  dataDirectory: data,
  blobstoreDiskLocation: path.join(data, 'blobs'),
  bskyAppViewUrl: bsky.url,
  bskyAppViewDid: bsky.ctx.cfg.serverDid,
  modServiceUrl: 'http://127.0.0.1:9',
  modServiceDid: 'did:example:invalid',
})
mockNetworkUtilities(pds, bsky)
console.log('READY')
