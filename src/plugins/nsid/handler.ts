import { findOption, optionHeadSize } from '../../wire/edns.ts';
import { writeUint16 } from '../../wire/message.ts';
import { appendOption } from '../../wire/reply-option.ts';
import { mapOutcome } from '../outcome.ts';
import type { QueryHalf } from '../plugin.ts';
import type { NsidConfig } from './nsid.ts';

/** The option code of NSID (RFC 5001 section 2.3). */
const nsidOption = 3;

/**
 * Adds the option to the reply of whatever plugin answers, where the client has asked for it. It stands behind `bufsize`, which says how
 * long replies may be: the plugins behind are told to leave room.
 */
export const nsidHandler: QueryHalf<NsidConfig> = {
  classes: 'any',
  create({ data }, _environment, next) {
    const option = optionOf(data);
    return (query) => {
      if (!query.edns || findOption(query.bytes, query.optionsStart, query.optionsEnd, nsidOption) < 0) {
        return next(query);
      }
      const limit = query.replyLimit;
      query.replyLimit = limit - option.length;
      return mapOutcome(next(query), (length) => {
        query.replyLimit = limit;
        return appendOption(query, length, option);
      });
    };
  },
};

function optionOf(data: string): Uint8Array {
  const octets = Buffer.from(data);
  const option = new Uint8Array(optionHeadSize + octets.length);
  writeUint16(option, 0, nsidOption);
  writeUint16(option, 2, octets.length);
  option.set(octets, optionHeadSize);
  return option;
}
