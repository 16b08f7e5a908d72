import { describe, expect, it } from '@jest/globals';
import { inspect } from 'node:util';
import { type ConnectOptions, SessionTicket, type TicketJson, connect } from '../../lib/index.js';
import { VirtualWorld } from '../helpers/virtualWorld.js';

const PASSWORD = Uint8Array.from({ length: 16 }, (_, i) => i + 100);
const base64 = Buffer.from(PASSWORD).toString('base64');
const ticket = new SessionTicket({ id: -0x7fedn, password: PASSWORD, zxid: 0x3_0000_0012n, timeout: 4000 });

describe('a ticket of a session', () => {
  it('goes through JSON, 64-bit numbers and password included', () => {
    const json = JSON.parse(JSON.stringify({ ticket })) as { readonly ticket: TicketJson };
    expect(json.ticket).toEqual({ id: '-0x7fed', password: base64, zxid: '0x300000012', timeout: 4000 });
    expect(SessionTicket.from(json.ticket)).toEqual(ticket);
    expect(SessionTicket.from(json.ticket)).toBeInstanceOf(SessionTicket);
  });

  it('takes the session up again in another process', async () => {
    const world = new VirtualWorld();
    const { zk } = world.client();
    zk.create('/e', null, { mode: 'ephemeral' }).subscribe();
    world.after(50);
    const text = JSON.stringify(await zk.detach());
    const { zk: other } = world.client({ ticket: SessionTicket.from(JSON.parse(text) as TicketJson) });
    world.watch('own', other.getEphemerals(), (paths) => paths.join());
    expect([world.after(50), other.ticket.id]).toEqual([['own /e', 'own |'], zk.ticket.id]);
  });

  it('does not show its password on a console', () => {
    const shown = inspect({ ticket, list: [ticket] }, { depth: 5 });
    expect(shown).toContain("SessionTicket { id: '-0x7fed', zxid: '0x300000012', timeout: 4000 }");
    expect([shown.includes('100'), shown.includes(base64), shown.includes('64 65 66')]).toEqual([false, false, false]);
  });

  it.each<[string, object | null]>([
    ['json', null],
    ['json.pasword', { pasword: base64 }],
    ['json.id', { ...ticket.toJSON(), id: '12' }],
    ['json.id', { ...ticket.toJSON(), id: '0x0' }],
    ['json.zxid', { ...ticket.toJSON(), zxid: '-0x1' }],
    ['json.password', { ...ticket.toJSON(), password: base64.slice(4) }],
    ['json.password', { ...ticket.toJSON(), password: PASSWORD }],
    ['json.timeout', { ...ticket.toJSON(), timeout: 0 }],
  ])('names what is wrong with %s, and shows nothing of the password', (argument, json) => {
    let error: unknown;
    try {
      SessionTicket.from(json as never);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toMatchObject({ code: 'USAGE', argument });
    expect(inspect(error)).not.toContain(base64.slice(4));
  });

  it('is not to be confused with its JSON', () => {
    let message = '';
    const options = { ticket: ticket.toJSON() } as unknown as ConnectOptions;
    connect('a', options).subscribe({ error: (error: Error) => (message = error.message) });
    expect(message).toContain('SessionTicket.from reads JSON');
  });
});
