import { describe, expect, it } from 'vitest';

import { MessageParser } from '../src/api/sse';

describe('MessageParser', () => {
  it('gives events with their kind and id', () => {
    const parser = new MessageParser();
    expect(parser.push('id: 7\nevent: real_server_down\ndata: {"id":7}\n\n')).toEqual([{ id: '7', event: 'real_server_down', data: '{"id":7}' }]);
  });

  it('waits for the rest of what came in pieces', () => {
    const parser = new MessageParser();
    expect(parser.push('event: lost\nda')).toEqual([]);
    expect(parser.push('ta: x\n')).toEqual([]);
    expect(parser.push('\n')).toEqual([{ id: '', event: 'lost', data: 'x' }]);
  });

  it('passes over comments and joins lines of data', () => {
    const parser = new MessageParser();
    expect(parser.push(': still here\n\ndata: a\r\ndata: b\r\n\r\n')).toEqual([{ id: '', event: 'message', data: 'a\nb' }]);
  });
});
