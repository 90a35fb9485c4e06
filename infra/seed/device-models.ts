/** The models in the seeded fleets. `imeis`: a device has one per cellular modem it can use at once. */
export interface DeviceModel {
  readonly make: string;
  readonly model: string;
  /** First eight digits of the IMEI; made up, but of the usual form. */
  readonly typeAllocationCode: string;
  readonly esimCapable: 'yes' | 'no' | 'unknown';
  readonly imeis: 1 | 2;
}

export const DEVICE_MODELS: readonly DeviceModel[] = [
  { make: 'Apple', model: 'iPhone 14', typeAllocationCode: '35271814', esimCapable: 'yes', imeis: 2 },
  { make: 'Apple', model: 'iPhone 15', typeAllocationCode: '35309715', esimCapable: 'yes', imeis: 2 },
  { make: 'Apple', model: 'iPhone SE (3rd generation)', typeAllocationCode: '35671203', esimCapable: 'yes', imeis: 2 },
  { make: 'Samsung', model: 'Galaxy A54 5G', typeAllocationCode: '35042954', esimCapable: 'yes', imeis: 2 },
  { make: 'Samsung', model: 'Galaxy XCover6 Pro', typeAllocationCode: '35188606', esimCapable: 'yes', imeis: 2 },
  { make: 'Google', model: 'Pixel 8a', typeAllocationCode: '35915808', esimCapable: 'yes', imeis: 2 },
  // Sold with and without an eUICC under the same name.
  { make: 'Motorola', model: 'ThinkPhone 25', typeAllocationCode: '35480925', esimCapable: 'unknown', imeis: 2 },
  { make: 'Nokia', model: '110 4G', typeAllocationCode: '35734110', esimCapable: 'no', imeis: 2 },
  { make: 'Zebra', model: 'TC57', typeAllocationCode: '35129057', esimCapable: 'no', imeis: 1 },
  { make: 'Ridgepoint', model: 'TR-3 train router', typeAllocationCode: '35860103', esimCapable: 'unknown', imeis: 1 },
  {
    make: 'Ridgepoint',
    model: 'TR-3 vehicle router',
    typeAllocationCode: '35860203',
    esimCapable: 'unknown',
    imeis: 1,
  },
];
