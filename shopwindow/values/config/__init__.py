"""What people write in files, read as checked values; every mistake in it is reported at once."""

from shopwindow.values.config.checked_dataclass import checked_dataclass
from shopwindow.values.config.model_problems import list_problems, make_setting_error, restrict_keys
from shopwindow.values.config.problem import Keys, Problem, format_value
from shopwindow.values.config.toml_files import read_toml
from shopwindow.values.config.variables import VariableNames

__all__ = [
    "Keys",
    "Problem",
    "VariableNames",
    "checked_dataclass",
    "format_value",
    "list_problems",
    "make_setting_error",
    "read_toml",
    "restrict_keys",
]
