import { html } from './html.ts';
import type { PageWords } from './page-words.ts';

const SAME_AGAIN = 'Nothing was kept. Send the same again in a few minutes.';
const NEW_CODE = 'Check it for typing errors, or ask the provider for a new code.';

export const englishTexts: PageWords = {
  facts: {
    line: 'Line',
    iccid: 'ICCID',
    temporaryReference: 'Reference',
    providerReference: 'Provider’s reference',
    requestedBy: 'Requested by',
    linkWorksUntil: 'Link works until',
  },
  upload: {
    title: 'Send the eSIM QR code',
    lead: ({ contact, requester, account }) =>
      html`Hello ${contact}, ${requester} of ${account} needs the QR code of this eSIM. Send it in whatever form you have it.`,
    choose: 'Choose a file',
    orDropOrPaste: 'or drop it here, or paste a picture',
    accepted: (formats, megabytes) =>
      `${list(formats, 'or')}, up to ${megabytes} MB. A PDF can have any number of pages; a photo or a screenshot will do as long as the whole QR code can be seen.`,
    orType: 'No file? Enter the activation code',
    typed: { label: 'Activation code', hint: 'It begins with LPA:1$ or 1$. Copy it whole.' },
    confirmationCode: {
      label: 'A confirmation code will be asked for',
      hint: 'Tick this if the eSIM comes with one. Do not send the confirmation code itself here.',
    },
    send: 'Send',
    sending: 'Sending…',
    reading: 'Reading…',
    nothingChosen: 'Choose a file, or enter the activation code.',
    oneFile: 'One file at a time, please.',
    connectionLost: 'The connection was lost before an answer came. Nothing is lost: send it again.',
    seenBy: (account) => html`What you send is kept encrypted, for ${account} only.`,
  },
  understood: {
    title: 'Thank you, the code was read',
    lead: 'It is now the QR code of this eSIM. Please see that it is the right one:',
    smdpAddress: 'SM-DP+ address',
    matchingId: 'Matching ID',
    endsIn: (lastFour) => html`ends in <strong>${lastFour}</strong>`,
    confirmationCode: 'Confirmation code',
    needed: 'will be asked for',
    notNeeded: 'not needed',
    check: 'Worth a second look',
    warnings: {
      smdp_address_unknown: 'The provider is not known to use this address.',
      matching_id_empty: 'The code has no matching ID, so it is not specific to one SIM.',
      matching_id_lower_case: 'The matching ID has small letters. Phones accept that, but capital letters are usual.',
      iccid_differs: 'The file names another ICCID than this SIM’s. It may belong to another SIM.',
      replaces_import: 'The SIM has a QR code already, which stays until somebody of the account accepts this one.',
      eid_differs: 'The file names another EID than this SIM’s. It may have been made for another device.',
    },
    close: 'You can close this page.',
  },
  notification: {
    title: 'Tell them it is here',
    offer: (to) => html`A mail with the code can go to ${to} right now.`,
    byItself: (hour) => `If you do nothing, it goes by itself at ${hour}.`,
    send: (to) => html`Send the mail to ${to}`,
    sent: (to, hour) => html`The mail went to ${to} at ${hour}.`,
  },
  waiting: {
    title: 'Thank you, the code waits for a decision',
    lead: (account) =>
      html`The code was read. The provider is not known to use the server that it names, so somebody at ${account} decides whether to accept it.`,
    next: 'There is nothing for you to do. If it is not accepted, you get a mail that says why.',
    another: 'Not the right file? Send another',
  },
  tryAgain: 'Try again',
  problems: {
    payload_too_large: {
      what: 'The file is too large',
      next: 'Send only the page with the QR code, or a screenshot of it.',
    },
    file_format: {
      what: 'This kind of file is not accepted',
      next: 'If the QR code is in a document, a mail or on a web page, take a screenshot of it and send that.',
    },
    file_encrypted: {
      what: 'The file is protected by a password',
      next: 'Send it without the password, or send a screenshot of the QR code.',
    },
    file_broken: {
      what: 'The file is damaged',
      next: 'It may not have been saved whole. Open it; if the QR code can be seen, send a screenshot of it, else get the file once more.',
    },
    file_too_complex: {
      what: 'The file takes too much to be read',
      next: 'Send only the page with the QR code, or a screenshot of it.',
    },
    qr_code_not_found: {
      what: 'No QR code was found in the file',
      next: 'Send a picture in which the whole QR code is sharp, with the white margin around it. A screenshot reads better than a photo. Or enter the activation code as text.',
    },
    activation_code_in_use: {
      what: 'Another SIM already has this code',
      next: 'Each eSIM has a code of its own. Compare the line and the ICCID below with your file, and send the code that belongs to them.',
    },
    dependency_unavailable: { what: 'This cannot be taken just now', next: SAME_AGAIN },
    overloaded: { what: 'Too much is going on just now', next: SAME_AGAIN },
    read_only: { what: 'Nothing can be changed just now', next: SAME_AGAIN },
    link_dead: {
      what: 'This link no longer works',
      next: 'The request was answered or withdrawn, or there is a newer mail with a newer link. Please use that one.',
    },
    internal_error: {
      what: 'Something went wrong on our side',
      next: 'Nothing was kept. Send it again; if this comes back, tell whoever sent you the link.',
    },
  },
  tooLarge: (megabytes) =>
    `The file is larger than ${megabytes} MB. Send only the page with the QR code, or a screenshot.`,
  faults: {
    empty: (cameAs) =>
      cameAs === 'file'
        ? { what: 'The QR code is empty', next: 'Ask the provider for a new one.' }
        : { what: 'Nothing was sent', next: 'Choose a file, or enter the activation code.' },
    web_page: (cameAs) => ({
      what:
        cameAs === 'file'
          ? 'This is a QR code, but it opens a web page'
          : 'This is the address of a web page, not a code',
      next: 'The eSIM code begins with LPA:1$. Often it is on that page, or elsewhere in the same document.',
    }),
    not_activation_code: (cameAs) => ({
      what: cameAs === 'file' ? 'This is a QR code, but not one of an eSIM' : 'This is not an activation code',
      next: 'The eSIM code begins with LPA:1$, then come the server’s address and, after another $, the matching ID.',
    }),
    too_long: () => ({
      what: 'The code is too long for an activation code',
      next: 'It has at most 255 characters. See that nothing else was copied with it.',
    }),
    smdp_address: () => ({
      what: 'The server’s address in the code is not right',
      next: `Between the first $ and the second stands a name such as smdp.example.com. ${NEW_CODE}`,
    }),
    matching_id: () => ({
      what: 'The matching ID in the code is not right',
      next: `After the second $ stand only letters, digits and hyphens. ${NEW_CODE}`,
    }),
    smdp_oid: () => ({
      what: 'The third part of the code is not right',
      next: `After the third $ stand only digits and dots, or nothing. ${NEW_CODE}`,
    }),
    confirmation_flag: () => ({
      what: 'The end of the code is not right',
      next: `After the fourth $ stands 1, if anything. ${NEW_CODE}`,
    }),
  },
  twoCodes: (lastFours) => ({
    what: 'The file holds more than one eSIM code',
    next: html`${lastFours.every((lastFour) => lastFour !== '') && `They end in ${list(lastFours, 'and')}. `}Send a file that holds only the code of this eSIM, or enter that code as text.`,
  }),
  rateLimited: (minutes) => ({
    what: 'Too many tries in a short time',
    next: `Wait ${minutes === null ? 'a while' : `${minutes} ${minutes === 1 ? 'minute' : 'minutes'}`}, then send it again.`,
  }),
  phone: {
    title: 'Install the eSIM',
    lead: (account) => html`This eSIM of ${account} is ready to be installed.`,
    worksUntil: 'Page works until',
    confirmationCode: {
      what: 'A confirmation code will be asked for',
      next: 'It is not on this page: it comes by another way. Have it at hand before you begin.',
    },
    onThisDevice: 'On this device',
    onAnother: 'On another device',
    withOneTap: 'Install with one tap',
    install: { apple: 'Install on iPhone', android: 'Install on Android', windows: 'Install on Windows' },
    from: {
      apple: 'iOS 17.4 or later',
      android: 'if the phone’s maker supports it',
      windows: 'Windows 11, 24H2 or later',
    },
    otherBrowser:
      'Nothing happens? Links like these do not work inside another app, such as a mail app. Open this page in your phone’s own browser, or scan the QR code.',
    scan: 'Scan the QR code',
    scanHint: 'Show this page on another screen and point the camera of your phone at the code.',
    alternative: 'QR code of the eSIM, to be scanned by a phone',
    download: 'Download the QR code',
    stepByStep: 'Step by step',
    steps: {
      apple: {
        title: 'iPhone',
        steps: [
          'Connect to Wi-Fi.',
          'Tap “Install on iPhone”, or point the camera at the QR code.',
          'On older versions: Settings, Cellular (or Mobile Service), Add eSIM, Use QR Code.',
          'Follow what the phone says until the line is listed.',
        ],
      },
      android: {
        title: 'Android',
        steps: [
          'Connect to Wi-Fi.',
          'Tap “Install on Android”. If nothing happens: Settings, Network and internet (or Connections), SIMs, Add eSIM.',
          'Choose to scan a QR code and point the camera at it, or enter the code by hand.',
          'Follow what the phone says, then switch the eSIM on.',
        ],
      },
      windows: {
        title: 'Windows',
        steps: [
          'Connect to Wi-Fi.',
          'Choose “Install on Windows”. If nothing happens: Settings, Network and internet, Cellular (or Mobile), Manage eSIM profiles, Add profile.',
          'Hold the QR code in front of the camera, or enter the code by hand.',
          'Follow what the computer says, then switch the profile on.',
        ],
      },
    },
    manual: {
      title: 'Enter it by hand',
      onApple: 'iPhone: two fields',
      elsewhere: 'Android and Windows: one line',
      smdpAddress: 'SM-DP+ address',
      activationCode: 'Activation code',
      leftEmpty: 'Leave the field “Activation Code” empty.',
      copy: 'Copy',
      copied: 'Copied',
    },
    keep: 'Whoever has this code can use the line, and it usually installs only once: do not pass it on, and do not delete the eSIM from the phone.',
  },
  deadLink: {
    link_dead: {
      what: 'This link no longer works',
      next: 'It has expired, was withdrawn, or has done what it was for. If you still need it, look for a newer mail, or ask whoever sent it.',
    },
    rate_limited: {
      what: 'Too many visits in a short time',
      next: 'Wait a few minutes, then open the link again.',
    },
    dependency_unavailable: {
      what: 'This page cannot be shown just now',
      next: 'The link is still good. Open it again in a few minutes.',
    },
    overloaded: {
      what: 'This page cannot be shown just now',
      next: 'Too much is going on. The link is still good: open it again in a few minutes.',
    },
    internal_error: {
      what: 'Something went wrong on our side',
      next: 'The link is still good. Open it again in a few minutes; if this comes back, tell whoever sent you the link.',
    },
  },
};

/** `PNG, SVG or PDF` */
const list = (items: readonly string[], last: 'and' | 'or'): string =>
  items.length < 2 ? items.join('') : `${items.slice(0, -1).join(', ')} ${last} ${items.at(-1)}`;
