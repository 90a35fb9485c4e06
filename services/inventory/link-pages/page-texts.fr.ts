import { html } from './html.ts';
import type { PageWords } from './page-words.ts';

/** French sets a no-break space before a colon, a semicolon, a question mark, and inside its quotation marks. */
const COLON = '\u{a0}:';
const SEMICOLON = '\u{a0};';
const QUESTION = '\u{a0}?';
const quoted = (text: string): string => `«\u{a0}${text}\u{a0}»`;

const SAME_AGAIN = 'Rien n’a été conservé. Renvoyez la même chose dans quelques minutes.';
const NEW_CODE = 'Vérifiez la saisie ou demandez un nouveau code à l’opérateur.';

export const frenchTexts: PageWords = {
  facts: {
    line: 'Ligne',
    iccid: 'ICCID',
    temporaryReference: 'Référence',
    providerReference: 'Référence de l’opérateur',
    requestedBy: 'Demandé par',
    linkWorksUntil: 'Lien valable jusqu’au',
  },
  upload: {
    title: 'Envoyer le QR code eSIM',
    lead: ({ contact, requester, account }) =>
      html`Bonjour ${contact}, ${requester} (${account}) a besoin du QR code de cette eSIM. Envoyez-le sous la forme dont vous disposez.`,
    choose: 'Choisir un fichier',
    orDropOrPaste: 'ou déposez-le ici, ou collez une image',
    accepted: (formats, megabytes) =>
      `${list(formats, 'ou')}, jusqu’à ${megabytes}\u{a0}Mo. Un PDF peut avoir autant de pages que nécessaire${SEMICOLON} une photo ou une capture d’écran convient, pourvu que le QR code y soit visible en entier.`,
    orType: `Pas de fichier${QUESTION} Saisir le code d’activation`,
    typed: { label: 'Code d’activation', hint: 'Il commence par LPA:1$ ou 1$. Copiez-le en entier.' },
    confirmationCode: {
      label: 'Un code de confirmation sera demandé',
      hint: 'Cochez cette case si l’eSIM en a un. N’envoyez pas ici le code de confirmation lui-même.',
    },
    send: 'Envoyer',
    sending: 'Envoi en cours…',
    reading: 'Lecture en cours…',
    nothingChosen: 'Choisissez un fichier ou saisissez le code d’activation.',
    oneFile: 'Un seul fichier à la fois, s’il vous plaît.',
    connectionLost: `La connexion a été coupée avant la réponse. Rien n’est perdu${COLON} envoyez-le à nouveau.`,
    seenBy: (account) => html`Ce que vous envoyez est conservé chiffré, pour ${account} uniquement.`,
  },
  understood: {
    title: 'Merci, le code a été lu',
    lead: `C’est désormais le QR code de cette eSIM. Vérifiez qu’il s’agit du bon${COLON}`,
    smdpAddress: 'Adresse SM-DP+',
    matchingId: 'Matching ID',
    endsIn: (lastFour) => html`se termine par <strong>${lastFour}</strong>`,
    confirmationCode: 'Code de confirmation',
    needed: 'sera demandé',
    notNeeded: 'pas nécessaire',
    check: 'À vérifier',
    warnings: {
      smdp_address_unknown: 'L’opérateur n’est pas connu pour utiliser cette adresse.',
      matching_id_empty: 'Le code n’a pas de Matching ID, il n’est donc pas propre à une seule SIM.',
      matching_id_lower_case:
        'Le Matching ID contient des minuscules. Les téléphones les acceptent, mais les majuscules sont d’usage.',
      iccid_differs: 'Le fichier mentionne un autre ICCID que celui de cette SIM. Il concerne peut-être une autre SIM.',
      replaces_import:
        'La carte SIM a déjà un QR code, qui reste en place jusqu’à ce qu’une personne du compte accepte celui-ci.',
      eid_differs: 'Le fichier mentionne un autre EID que celui de cette SIM. Il concerne peut-être un autre appareil.',
    },
    close: 'Vous pouvez fermer cette page.',
  },
  notification: {
    title: 'Prévenir le demandeur',
    offer: (to) => html`Un e-mail avec le code peut partir tout de suite à ${to}.`,
    byItself: (hour) => `Sans action de votre part, il partira de lui-même à ${hour}.`,
    send: (to) => html`Envoyer l’e-mail à ${to}`,
    sent: (to, hour) => html`L’e-mail est parti à ${to} à ${hour}.`,
  },
  waiting: {
    title: 'Merci, le code attend une décision',
    lead: (account) =>
      html`Le code a été lu. L’opérateur n’est pas connu pour utiliser le serveur qu’il désigne${COLON} quelqu’un de ${account} décidera s’il est accepté.`,
    next: 'Vous n’avez rien à faire. S’il n’est pas accepté, vous recevrez un e-mail qui dit pourquoi.',
    another: `Ce n’était pas le bon fichier${QUESTION} En envoyer un autre`,
  },
  tryAgain: 'Essayer à nouveau',
  problems: {
    payload_too_large: {
      what: 'Le fichier est trop volumineux',
      next: 'Envoyez seulement la page du QR code, ou une capture d’écran.',
    },
    file_format: {
      what: 'Ce type de fichier n’est pas accepté',
      next: 'Si le QR code se trouve dans un document, un e-mail ou une page web, faites-en une capture d’écran et envoyez-la.',
    },
    file_encrypted: {
      what: 'Le fichier est protégé par un mot de passe',
      next: 'Envoyez-le sans mot de passe, ou envoyez une capture d’écran du QR code.',
    },
    file_broken: {
      what: 'Le fichier est endommagé',
      next: `Il n’a peut-être pas été enregistré en entier. Ouvrez-le${COLON} si le QR code est visible, envoyez-en une capture d’écran${SEMICOLON} sinon, procurez-vous le fichier à nouveau.`,
    },
    file_too_complex: {
      what: 'Le fichier est trop complexe pour être lu',
      next: 'Envoyez seulement la page du QR code, ou une capture d’écran.',
    },
    qr_code_not_found: {
      what: 'Aucun QR code n’a été trouvé dans le fichier',
      next: 'Envoyez une image où le QR code entier est net, avec la marge blanche qui l’entoure. Une capture d’écran se lit mieux qu’une photo. Ou saisissez le code d’activation.',
    },
    activation_code_in_use: {
      what: 'Une autre SIM a déjà ce code',
      next: 'Chaque eSIM a son propre code. Comparez la ligne et l’ICCID ci-dessous avec votre fichier, et envoyez le code qui leur correspond.',
    },
    dependency_unavailable: { what: 'L’envoi n’est pas possible pour l’instant', next: SAME_AGAIN },
    overloaded: { what: 'Trop de demandes sont en cours', next: SAME_AGAIN },
    read_only: { what: 'Rien ne peut être modifié pour l’instant', next: SAME_AGAIN },
    link_dead: {
      what: 'Ce lien ne fonctionne plus',
      next: 'La demande a reçu une réponse ou a été retirée, ou un e-mail plus récent contient un lien plus récent. Dans ce cas, utilisez celui-ci.',
    },
    internal_error: {
      what: 'Une erreur s’est produite de notre côté',
      next: 'Rien n’a été conservé. Renvoyez-le et, si cela se répète, prévenez la personne qui vous a envoyé le lien.',
    },
  },
  tooLarge: (megabytes) =>
    `Le fichier dépasse ${megabytes}\u{a0}Mo. Envoyez seulement la page du QR code, ou une capture d’écran.`,
  faults: {
    empty: (cameAs) =>
      cameAs === 'file'
        ? { what: 'Le QR code est vide', next: 'Demandez-en un nouveau à l’opérateur.' }
        : { what: 'Rien n’a été envoyé', next: 'Choisissez un fichier ou saisissez le code d’activation.' },
    web_page: (cameAs) => ({
      what:
        cameAs === 'file'
          ? 'C’est un QR code, mais il ouvre une page web'
          : 'C’est l’adresse d’une page web, pas un code',
      next: 'Le code de l’eSIM commence par LPA:1$. Il se trouve souvent sur cette page, ou ailleurs dans le même document.',
    }),
    not_activation_code: (cameAs) => ({
      what: cameAs === 'file' ? 'C’est un QR code, mais pas celui d’une eSIM' : 'Ce n’est pas un code d’activation',
      next: 'Le code de l’eSIM commence par LPA:1$, puis viennent l’adresse du serveur et, après un autre $, le Matching ID.',
    }),
    too_long: () => ({
      what: 'Le code est trop long pour un code d’activation',
      next: 'Il compte 255 caractères au plus. Vérifiez que rien d’autre n’a été copié avec lui.',
    }),
    smdp_address: () => ({
      what: 'L’adresse du serveur dans le code n’est pas correcte',
      next: `Entre le premier $ et le deuxième figure un nom tel que smdp.example.com. ${NEW_CODE}`,
    }),
    matching_id: () => ({
      what: 'Le Matching ID dans le code n’est pas correct',
      next: `Après le deuxième $ ne figurent que des lettres, des chiffres et des tirets. ${NEW_CODE}`,
    }),
    smdp_oid: () => ({
      what: 'La troisième partie du code n’est pas correcte',
      next: `Après le troisième $ ne figurent que des chiffres et des points, ou rien. ${NEW_CODE}`,
    }),
    confirmation_flag: () => ({
      what: 'La fin du code n’est pas correcte',
      next: `Après le quatrième $ figure 1, ou rien. ${NEW_CODE}`,
    }),
  },
  twoCodes: (lastFours) => ({
    what: 'Le fichier contient plusieurs codes eSIM',
    next: html`${lastFours.every((lastFour) => lastFour !== '') && `Ils se terminent par ${list(lastFours, 'et')}. `}Envoyez un fichier qui ne contient que le code de cette eSIM, ou saisissez ce code.`,
  }),
  rateLimited: (minutes) => ({
    what: 'Trop d’essais en peu de temps',
    next: `Patientez ${minutes === null ? 'un moment' : `${minutes} ${minutes === 1 ? 'minute' : 'minutes'}`}, puis renvoyez-le.`,
  }),
  phone: {
    title: 'Installer l’eSIM',
    lead: (account) => html`Cette eSIM de ${account} est prête à être installée.`,
    worksUntil: 'Page valable jusqu’au',
    confirmationCode: {
      what: 'Un code de confirmation sera demandé',
      next: `Il n’est pas sur cette page${COLON} il arrive par une autre voie. Ayez-le sous la main avant de commencer.`,
    },
    onThisDevice: 'Sur cet appareil',
    onAnother: 'Sur un autre appareil',
    withOneTap: 'Installer en un geste',
    install: { apple: 'Installer sur iPhone', android: 'Installer sur Android', windows: 'Installer sur Windows' },
    from: {
      apple: 'iOS 17.4 ou ultérieur',
      android: 'si le fabricant du téléphone le permet',
      windows: 'Windows 11, 24H2 ou ultérieur',
    },
    otherBrowser: `Il ne se passe rien${QUESTION} Ces liens ne fonctionnent pas dans une autre application, comme celle des e-mails. Ouvrez cette page dans le navigateur du téléphone, ou scannez le QR code.`,
    scan: 'Scanner le QR code',
    scanHint: 'Affichez cette page sur un autre écran et visez le code avec l’appareil photo du téléphone.',
    alternative: 'QR code de l’eSIM, à scanner avec un téléphone',
    download: 'Télécharger le QR code',
    stepByStep: 'Pas à pas',
    steps: {
      apple: {
        title: 'iPhone',
        steps: [
          'Connectez-vous au Wi-Fi.',
          `Touchez ${quoted('Installer sur iPhone')} ou visez le QR code avec l’appareil photo.`,
          `Sur les versions plus anciennes${COLON} Réglages, Données cellulaires, Ajouter une eSIM, Utiliser un code QR.`,
          'Suivez les indications du téléphone jusqu’à ce que la ligne soit affichée.',
        ],
      },
      android: {
        title: 'Android',
        steps: [
          'Connectez-vous au Wi-Fi.',
          `Touchez ${quoted('Installer sur Android')}. S’il ne se passe rien${COLON} Paramètres, Réseau et Internet (ou Connexions), Cartes SIM, Ajouter une eSIM.`,
          'Choisissez de scanner un QR code et visez-le, ou saisissez le code à la main.',
          'Suivez les indications du téléphone, puis activez l’eSIM.',
        ],
      },
      windows: {
        title: 'Windows',
        steps: [
          'Connectez-vous au Wi-Fi.',
          `Choisissez ${quoted('Installer sur Windows')}. S’il ne se passe rien${COLON} Paramètres, Réseau et Internet, Cellulaire, Gérer les profils eSIM, Ajouter un profil.`,
          'Présentez le QR code à la caméra, ou saisissez le code à la main.',
          'Suivez les indications de l’ordinateur, puis activez le profil.',
        ],
      },
    },
    manual: {
      title: 'Saisir à la main',
      onApple: `iPhone${COLON} deux champs`,
      elsewhere: `Android et Windows${COLON} une seule ligne`,
      smdpAddress: 'Adresse SM-DP+',
      activationCode: 'Code d’activation',
      leftEmpty: `Laissez vide le champ ${quoted('Code d’activation')}.`,
      copy: 'Copier',
      copied: 'Copié',
    },
    keep: `Quiconque a ce code peut utiliser la ligne, et il ne s’installe en général qu’une fois${COLON} ne le transmettez pas et ne supprimez pas l’eSIM du téléphone.`,
  },
  deadLink: {
    link_dead: {
      what: 'Ce lien ne fonctionne plus',
      next: 'Il a expiré, a été retiré, ou a déjà servi. Si vous en avez encore besoin, cherchez un e-mail plus récent ou adressez-vous à l’expéditeur.',
    },
    rate_limited: {
      what: 'Trop de visites en peu de temps',
      next: 'Patientez quelques minutes, puis ouvrez le lien à nouveau.',
    },
    dependency_unavailable: {
      what: 'Cette page ne peut pas être affichée pour l’instant',
      next: 'Le lien reste valable. Ouvrez-le à nouveau dans quelques minutes.',
    },
    overloaded: {
      what: 'Cette page ne peut pas être affichée pour l’instant',
      next: `Trop de demandes sont en cours. Le lien reste valable${COLON} ouvrez-le à nouveau dans quelques minutes.`,
    },
    internal_error: {
      what: 'Une erreur s’est produite de notre côté',
      next: 'Le lien reste valable. Ouvrez-le à nouveau dans quelques minutes et, si cela se répète, prévenez la personne qui vous a envoyé le lien.',
    },
  },
};

/** `PNG, SVG ou PDF` */
const list = (items: readonly string[], last: 'et' | 'ou'): string =>
  items.length < 2 ? items.join('') : `${items.slice(0, -1).join(', ')} ${last} ${items.at(-1)}`;
