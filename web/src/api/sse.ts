// Server-sent events by fetch instead of EventSource, which gives up at the first 502 and hides the kinds of events.

export interface Message {
  id: string;
  event: string;
  data: string;
}

export class MessageParser {
  private rest = '';
  private id = '';
  private event = '';
  private data: string[] = [];

  push(text: string): Message[] {
    const lines = (this.rest + text).split('\n');
    this.rest = lines.pop() ?? '';
    return lines.flatMap((line) => this.take(line.replace(/\r$/, '')));
  }

  private take(line: string): Message[] {
    if (line === '') return this.finish();
    const colon = line.indexOf(':');
    if (colon === 0) return [];
    const name = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (name === 'id') this.id = value;
    if (name === 'event') this.event = value;
    if (name === 'data') this.data.push(value);
    return [];
  }

  private finish(): Message[] {
    const message = { id: this.id, event: this.event || 'message', data: this.data.join('\n') };
    const isEmpty = this.data.length === 0;
    this.event = '';
    this.data = [];
    return isEmpty ? [] : [message];
  }
}
