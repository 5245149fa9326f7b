// What needs no training, by its name in baselines.json and in the order in which it is told: BASELINES of training/run/schema.py.

export const BASELINES = { random_init: "random initialisation", mfcc: "MFCC", log_mel: "log-mel", chance: "chance" };
