"""The page's own components: what they show is fetched by the byte routes, what they need to know is their value."""

from explorer.components.choice import Choice
from explorer.components.clip_list import ClipList
from explorer.components.clip_picker import ClipPicker, clips_to_pick
from explorer.components.data_summary import DataSummary, named_only, summary_of
from explorer.components.embedding_map import ClipSlot, EmbeddingMap
from explorer.components.first_minute import FirstMinute
from explorer.components.form_line import FormLine
from explorer.components.in_view import InView
from explorer.components.knowledge_fold import KnowledgeFold
from explorer.components.lens_picture import LensPicture
from explorer.components.live_chart import LiveChart
from explorer.components.make_collapse import MakeCollapse, begun, offered, weighed
from explorer.components.measured_pictures import MeasuredPictures
from explorer.components.method_table import MethodTable
from explorer.components.notice import Notice, refusal, said
from explorer.components.ranking import RankingList
from explorer.components.run_choice import Looked, RunChoice, chosen_run, run_of
from explorer.components.run_settings import RunSettings
from explorer.components.run_state import RunState
from explorer.components.run_table import RunTable, answered
from explorer.components.selection_panel import SelectionPanel
from explorer.components.settings_form import SettingsForm, filled_in, settings_group
from explorer.components.similarity_chart import SimilarityChart
from explorer.components.sound_player import SoundPlayer, clip_sound, upload_sound
from explorer.components.standing import Standing
from explorer.components.suspects import Suspects
from explorer.components.twins import Twins
from explorer.components.two_views import AskedViews, TwoViews
from explorer.components.words_field import Asked, WordsField, words_of

__all__ = [
    "Asked",
    "AskedViews",
    "Choice",
    "ClipList",
    "ClipPicker",
    "ClipSlot",
    "DataSummary",
    "EmbeddingMap",
    "FirstMinute",
    "FormLine",
    "InView",
    "KnowledgeFold",
    "LensPicture",
    "LiveChart",
    "Looked",
    "MakeCollapse",
    "MeasuredPictures",
    "MethodTable",
    "Notice",
    "RankingList",
    "RunChoice",
    "RunSettings",
    "RunState",
    "RunTable",
    "SelectionPanel",
    "SettingsForm",
    "SimilarityChart",
    "SoundPlayer",
    "Standing",
    "Suspects",
    "Twins",
    "TwoViews",
    "WordsField",
    "answered",
    "begun",
    "chosen_run",
    "clip_sound",
    "clips_to_pick",
    "filled_in",
    "named_only",
    "offered",
    "refusal",
    "run_of",
    "said",
    "settings_group",
    "summary_of",
    "upload_sound",
    "weighed",
    "words_of",
]
