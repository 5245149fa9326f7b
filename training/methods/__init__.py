"""Every method there is, by family. A method is added by its file and one line here."""

import training.encoders  # noqa: F401  whole before its parts: another thread may bring it at the same moment
from training.methods.align_uniform import AlignUniform
from training.methods.apc import APC
from training.methods.audio2vec_cbow import Audio2VecCBoW
from training.methods.audio2vec_skipgram import Audio2VecSkipGram
from training.methods.audio_image import AudioImage
from training.methods.audio_text import AudioText
from training.methods.autoencoder import Autoencoder
from training.methods.barlow_twins import BarlowTwins
from training.methods.best_rq import BestRQ
from training.methods.byol import BYOL
from training.methods.byol_a import BYOLA
from training.methods.cola import COLA
from training.methods.cpc import CPC
from training.methods.cpc_v2 import CPCv2
from training.methods.data2vec import Data2Vec
from training.methods.deep_infomax import DeepInfoMax
from training.methods.deepcluster import DeepCluster
from training.methods.denoising_autoencoder import DenoisingAutoencoder
from training.methods.dino import DINO
from training.methods.hubert import HuBERT
from training.methods.infonce import InfoNCE
from training.methods.jigsaw import Jigsaw
from training.methods.local_aggregation import LocalAggregation
from training.methods.m2d import M2D
from training.methods.masked_autoencoder import MaskedAutoencoder
from training.methods.max_margin import MaxMargin
from training.methods.memory_bank import MemoryBank
from training.methods.method import Method
from training.methods.moco_v1 import MoCoV1
from training.methods.moco_v2 import MoCoV2
from training.methods.moco_v3 import MoCoV3
from training.methods.mpc import MPC
from training.methods.mpc_rnn import MPCRNN
from training.methods.multi_format import MultiFormat
from training.methods.n_pair import NPair
from training.methods.npc import NPC
from training.methods.online_kmeans import OnlineKMeans
from training.methods.relative_position import RelativePosition
from training.methods.simclr import SimCLR
from training.methods.simclr_v2 import SimCLRv2
from training.methods.simsiam import SimSiam
from training.methods.speech2vec import Speech2Vec
from training.methods.speech2vec_cbow import Speech2VecCBoW
from training.methods.swav import SwAV
from training.methods.temporal_gap import TemporalGap
from training.methods.triplet import Triplet
from training.methods.vicreg import VICReg
from training.methods.wav2vec2 import Wav2Vec2

METHODS: dict[str, type[Method]] = {
    # auto-encoding
    "autoencoder": Autoencoder,
    "denoising_autoencoder": DenoisingAutoencoder,
    "audio2vec_cbow": Audio2VecCBoW,
    "audio2vec_skipgram": Audio2VecSkipGram,
    "temporal_gap": TemporalGap,
    "speech2vec": Speech2Vec,
    "speech2vec_cbow": Speech2VecCBoW,
    "jigsaw": Jigsaw,
    "relative_position": RelativePosition,
    "mpc": MPC,
    "mpc_rnn": MPCRNN,
    "masked_autoencoder": MaskedAutoencoder,
    "apc": APC,
    "npc": NPC,
    # contrastive
    "deep_infomax": DeepInfoMax,
    "simclr_v2": SimCLRv2,
    "cola": COLA,
    "moco_v3": MoCoV3,
    "moco_v2": MoCoV2,
    "moco_v1": MoCoV1,
    "align_uniform": AlignUniform,
    "n_pair": NPair,
    "triplet": Triplet,
    "max_margin": MaxMargin,
    "infonce": InfoNCE,
    "memory_bank": MemoryBank,
    "simclr": SimCLR,
    # Siamese, no negatives
    "byol": BYOL,
    "byol_a": BYOLA,
    "simsiam": SimSiam,
    "barlow_twins": BarlowTwins,
    "vicreg": VICReg,
    "dino": DINO,
    "data2vec": Data2Vec,
    "m2d": M2D,
    # predictive coding
    "cpc": CPC,
    "cpc_v2": CPCv2,
    "wav2vec2": Wav2Vec2,
    "hubert": HuBERT,
    "best_rq": BestRQ,
    # across modalities
    "multi_format": MultiFormat,
    "audio_text": AudioText,
    "audio_image": AudioImage,
    # clustering
    "swav": SwAV,
    "online_kmeans": OnlineKMeans,
    "deepcluster": DeepCluster,
    "local_aggregation": LocalAggregation,
}
